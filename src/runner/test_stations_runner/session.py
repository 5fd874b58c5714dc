from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import ParamSpec

from .acknowledgement import StationServer
from .channel import Channel
from .choices import PartNumbers, Procedures, SerialNumbers
from .control import Control
from .executions import Executions
from .handover import Handover
from .lineage import Lineage, call_after_fork
from .pending_uploads import PendingUploads
from .places import Files
from .questions import Questions
from .settings import Mode, Settings

P = ParamSpec("P")


class Session:
    """What the modules of the runner share."""

    def __init__(self, channel: Channel, lineage: Lineage, settings: Settings) -> None:
        self.channel = channel
        self.lineage = lineage
        self.files = Files(settings.script)
        self.mode = settings.mode
        self.choice = settings.choice
        self.push_headers = settings.push_headers
        self.control = Control()
        # Set when the variables have arrived that a debugger's configuration must not show.
        self.environment_received = threading.Event()
        self.questions = Questions(channel, lineage)
        is_dry_run = settings.mode is Mode.DRY
        self.procedures = Procedures(self.questions, should_ask=not is_dry_run)
        self.part_numbers = PartNumbers(self.questions, should_ask=not is_dry_run)
        self.serial_numbers = SerialNumbers(self.questions, settings.should_ask_serial_number, is_dry_run)
        # In a dry run, the runner answers for every server.
        self.server = StationServer(accepts_all=is_dry_run)
        self.executions = Executions()
        self.pending_uploads = PendingUploads(settings, lineage)
        self.handover = Handover(channel, self.pending_uploads, self.executions)
        call_after_fork(self._reset_after_fork)

    @staticmethod
    def observe(report: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        """Calls `report` and prints an exception instead of raising it: reporting must not change the test."""
        try:
            report(*args, **kwargs)
        except Exception as error:
            print(f"Test Stations: cannot report to the editor: {error!r}", file=sys.stderr)

    def _reset_after_fork(self) -> None:
        is_stopping = self.control.is_stopping
        self.control = Control()
        self.control.is_stopping = is_stopping
