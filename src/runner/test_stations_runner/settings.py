from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any

from .modes import MODE_VARIABLE, Mode

OUTBOX_VARIABLE = "TEST_STATIONS_OUTBOX"
PLACE_VARIABLE = "TEST_STATIONS_PLACE"
ASK_VARIABLE = "TEST_STATIONS_SERIAL_NUMBER"
STARTUP_VARIABLE = "TEST_STATIONS_STARTUP"


@dataclass(frozen=True)
class Settings:
    """The host's settings of a run, for the script's process and its child processes."""

    mode: Mode
    # Path of the script.
    script: str
    # The folder in which results are kept until a server has them; None: nothing is kept.
    outbox: str | None
    # Where the results belong, for the host to read.
    place: object
    # Whether the user gives the serial numbers, whatever the script says.
    asks_serial_number: bool
    # The folder of the module that Python loads at the start of a child process; None: children are left alone.
    startup: str | None
    # The folder for compiled files of the runner; None: they are not saved.
    bytecode: str | None

    def to_json(self) -> dict[str, Any]:
        return {**vars(self), "mode": self.mode.value}


def settings_of_environment(script: str, bytecode: str | None) -> Settings:
    """Returns the settings in the environment, and removes their variables, which the script must not see."""
    return Settings(
        mode=Mode(os.environ.pop(MODE_VARIABLE, Mode.PUSH.value)),
        script=script,
        outbox=os.environ.pop(OUTBOX_VARIABLE, None) or None,
        place=json.loads(os.environ.pop(PLACE_VARIABLE, "null")),
        asks_serial_number=os.environ.pop(ASK_VARIABLE, None) == "ask",
        startup=os.environ.pop(STARTUP_VARIABLE, None) or None,
        bytecode=bytecode,
    )


def settings_of_json(fields: dict[str, Any]) -> Settings:
    return Settings(**{**fields, "mode": Mode(fields["mode"])})
