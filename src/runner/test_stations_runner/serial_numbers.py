"""Asks the host for the serial number of the unit under test, where the user wants that or the script has none."""

from __future__ import annotations

from .questions import HostGoneError, Questions

# For a dry run of a script that has none: nobody keeps the result.
_NOBODY = "DRY-RUN"


class SerialNumbers:
    """The serial numbers of the script's tests."""

    def __init__(self, questions: Questions, asks: bool, dry: bool) -> None:
        """Args: asks: whether the user gives them, whatever the script says."""
        self._questions = questions
        self._dry = dry
        self.asks = asks

    def choose(self, execution_id: str, own: str | None) -> str | None:
        """Returns the script's own number, or the one that the user gives.

        None: neither is there, in a child process that cannot ask.

        Raises:
            SystemExit: as `Questions.ask`.
        """
        if own is not None and own.strip() == "":
            own = None
        if own is not None and not self.asks:
            return own
        if self._dry:
            return own or _NOBODY
        try:
            return self._questions.ask("serial_number_request", execution_id, None, serial_number=own)
        except HostGoneError:
            return own
