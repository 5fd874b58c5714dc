"""The procedure, serial number, and part number of a test: the script's own, or those that the user chooses."""

from __future__ import annotations

from .questions import HostDisconnectedError, Questions

_DRY_RUN_SERIAL_NUMBER = "DRY-RUN"


class Procedures:
    def __init__(self, questions: Questions, should_ask: bool) -> None:
        self._questions = questions
        self._should_ask = should_ask
        self._chosen: dict[str | None, str] = {}

    def choose(self, execution_id: str, own: str | None, needs_id: bool = False) -> str | None:
        """Returns the procedure to run under; without a host, the previous answer for the same procedure."""
        if not self._should_ask:
            return own
        before = self._chosen.get(own)
        try:
            answer = self._questions.ask("procedure_request", execution_id, before, procedure_id=own, needs_id=needs_id)
        except HostDisconnectedError:
            return own
        self._chosen[own] = answer
        return answer


class SerialNumbers:
    def __init__(self, questions: Questions, should_ask: bool, is_dry_run: bool) -> None:
        self._questions = questions
        self._is_dry_run = is_dry_run
        # Whether the user gives all numbers, whatever the script names.
        self.should_ask = should_ask

    def choose(self, execution_id: str, own: str | None) -> str | None:
        """Returns the script's own number, or the user's; None: there is none, in a child process that cannot ask."""
        if own is not None and own.strip() == "":
            own = None
        if own is not None and not self.should_ask:
            return own
        if self._is_dry_run:
            return own or _DRY_RUN_SERIAL_NUMBER
        try:
            return self._questions.ask("serial_number_request", execution_id, None, serial_number=own)
        except HostDisconnectedError:
            return own


class PartNumbers:
    def __init__(self, questions: Questions, should_ask: bool) -> None:
        self._questions = questions
        self._should_ask = should_ask
        self._chosen: str | None = None

    def choose(self, execution_id: str, own: object) -> str | None:
        """Returns the script's own number, or the user's for all tests; None without a host: it can be added later."""
        text = "" if own is None else str(own).strip()
        if text or not self._should_ask:
            return text or None
        if self._chosen is None:
            self._chosen = self._questions.ask("part_number_request", execution_id, "").strip()
        return self._chosen or None
