from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import ParamSpec

from .acknowledgement import StationServer
from .channel import Channel
from .control import Control
from .executions import Executions
from .handover import Handover
from .lineage import Lineage
from .modes import Mode
from .outbox import Outbox
from .part_numbers import PartNumbers
from .places import Files
from .procedures import Procedures
from .questions import Questions
from .serial_numbers import SerialNumbers
from .settings import Settings

P = ParamSpec("P")


class Session:
    """What the modules of the runner share."""

    def __init__(self, channel: Channel, lineage: Lineage, settings: Settings) -> None:
        self.channel = channel
        self.lineage = lineage
        self.files = Files(settings.script)
        self.mode = mode = settings.mode
        self.control = Control()
        self.questions = Questions(channel, lineage)
        self.procedures = Procedures(self.questions, ask=mode is not Mode.DRY)
        self.part_numbers = PartNumbers(self.questions, ask=mode is not Mode.DRY)
        self.serial_numbers = SerialNumbers(self.questions, asks=settings.asks_serial_number, dry=mode is Mode.DRY)
        self.server = StationServer(accepts_all=mode is Mode.DRY)
        self.executions = Executions()
        self.outbox = Outbox(settings, lineage)
        self.handover = Handover(channel, self.outbox, self.executions)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._leave_to_parent)

    def observe(self, report: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        """Calls `report` and prints an exception instead of raising it: reporting must not change the test."""
        try:
            report(*args, **kwargs)
        except Exception as error:
            print(f"Test Stations: cannot report to the editor: {error!r}", file=sys.stderr)

    def _leave_to_parent(self) -> None:
        stopping = self.control.stopping
        self.control = Control()
        self.control.stopping = stopping
