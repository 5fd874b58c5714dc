"""What the parts of the runner share."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import ParamSpec

from .acknowledgement import StationServer
from .channel import Channel
from .control import Control
from .executions import Executions
from .handover import Handover
from .modes import Mode
from .outbox import Outbox
from .part_numbers import PartNumbers
from .places import Files
from .procedures import Procedures
from .questions import Questions
from .serial_numbers import SerialNumbers

P = ParamSpec("P")


class Session:
    """One script under the runner."""

    def __init__(self, channel: Channel, files: Files, mode: Mode, outbox: Outbox) -> None:
        self.channel = channel
        self.files = files
        self.mode = mode
        self.control = Control()
        self.questions = Questions(channel)
        self.procedures = Procedures(self.questions, ask=mode is not Mode.DRY)
        self.part_numbers = PartNumbers(self.questions, ask=mode is not Mode.DRY)
        self.serial_numbers = SerialNumbers(self.questions, dry=mode is Mode.DRY)
        self.server = StationServer(accepts_all=mode is Mode.DRY)
        self.executions = Executions()
        self.outbox = outbox
        self.handover = Handover(channel, outbox, self.executions)

    def observe(self, report: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        """Calls `report` for its events alone: what goes wrong in it is told on stderr, and does not touch the test."""
        try:
            report(*args, **kwargs)
        except Exception as error:
            print(f"Test Stations: cannot report to the editor: {error!r}", file=sys.stderr)
