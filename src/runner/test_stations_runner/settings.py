from __future__ import annotations

import enum
import json
import os
from dataclasses import dataclass
from typing import Any

from .phase_choice import PhaseChoice

MODE_VARIABLE = "TEST_STATIONS_MODE"
UPLOAD_FOLDER_VARIABLE = "TEST_STATIONS_OUTBOX"
PLACE_VARIABLE = "TEST_STATIONS_PLACE"
ASK_VARIABLE = "TEST_STATIONS_SERIAL_NUMBER"
STARTUP_VARIABLE = "TEST_STATIONS_STARTUP"
PHASES_VARIABLE = "TEST_STATIONS_PHASES"


class Mode(enum.Enum):
    """The contract's `runMode`."""

    PUSH = "push"
    DRY = "dry"
    DEBUG = "debug"


@dataclass(frozen=True)
class Settings:
    mode: Mode
    script: str
    # None: no result is saved.
    upload_folder: str | None
    # Where the results belong, and who started the script: the contract's `pendingUploadPlace`.
    place: object
    should_ask_serial_number: bool
    # None: all phases run.
    choice: PhaseChoice | None
    # Folder of the `sitecustomize` for child processes; None: they are not followed.
    startup: str | None
    # Folder for compiled files of the runner; None: they are not saved.
    bytecode: str | None

    @property
    def push_headers(self) -> dict[str, str]:
        """Returns what a request that creates a run says of it: who started the script, and the slot of the unit."""
        place = self.place if isinstance(self.place, dict) else {}
        names = {"started_by": "Test-Stations-Started-By", "slot": "Test-Stations-Slot"}
        return {header: str(place[field]) for field, header in names.items() if field in place}

    def to_json(self) -> dict[str, Any]:
        return {**vars(self), "mode": self.mode.value, "choice": self.choice and self.choice.to_json()}


def settings_of_environment(script: str, bytecode: str | None) -> Settings:
    """Returns the settings in the environment, and removes their variables, which the script must not see."""
    return Settings(
        mode=Mode(os.environ.pop(MODE_VARIABLE, Mode.PUSH.value)),
        script=script,
        upload_folder=os.environ.pop(UPLOAD_FOLDER_VARIABLE, None) or None,
        place=json.loads(os.environ.pop(PLACE_VARIABLE, "null")),
        should_ask_serial_number=os.environ.pop(ASK_VARIABLE, None) == "ask",
        choice=PhaseChoice.of_json(json.loads(os.environ.pop(PHASES_VARIABLE, "null"))),
        startup=os.environ.pop(STARTUP_VARIABLE, None) or None,
        bytecode=bytecode,
    )


def settings_of_json(fields: dict[str, Any]) -> Settings:
    return Settings(**{**fields, "mode": Mode(fields["mode"]), "choice": PhaseChoice.of_json(fields["choice"])})
