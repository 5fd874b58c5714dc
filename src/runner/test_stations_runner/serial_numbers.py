from __future__ import annotations

from .questions import HostGoneError, Questions

# For a dry run of a script that has none: nobody keeps the result.
_NOBODY = "DRY-RUN"


class SerialNumbers:
    def __init__(self, questions: Questions, asks: bool, dry: bool) -> None:
        self._questions = questions
        self._dry = dry
        self.asks = asks

    def choose(self, execution_id: str, own: str | None) -> str | None:
        """Returns the script's own number, or the user's; None: there is none, in a child process that cannot ask."""
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
