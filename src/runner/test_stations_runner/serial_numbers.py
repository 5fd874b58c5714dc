"""Asks the host for the serial number of the unit under test, where the user wants that or the script has none."""

from __future__ import annotations

import os

from .questions import Questions

ASK_VARIABLE = "TEST_STATIONS_SERIAL_NUMBER"

# For a dry run of a script that has none: nobody keeps the result.
_NOBODY = "DRY-RUN"


class SerialNumbers:
    """The serial numbers of the script's tests."""

    def __init__(self, questions: Questions, dry: bool) -> None:
        """Takes the user's wish out of the environment: it is not the script's."""
        self._questions = questions
        self._dry = dry
        # The user gives them, whatever the script says.
        self.asks = os.environ.pop(ASK_VARIABLE, None) == "ask"

    def choose(self, execution_id: str, own: str | None) -> str:
        """Returns the script's own number, or the one that the user gives.

        Raises:
            SystemExit: as `Questions.ask`.
        """
        if own is not None and own.strip() == "":
            own = None
        if own is not None and not self.asks:
            return own
        if self._dry:
            return own or _NOBODY
        return self._questions.ask("serial_number_request", execution_id, None, serial_number=own)
