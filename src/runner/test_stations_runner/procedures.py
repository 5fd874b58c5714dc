"""Asks the host under which procedure a test may run."""

from __future__ import annotations

from .questions import HostGoneError, Questions


class Procedures:
    """The procedures under which the script's tests run."""

    def __init__(self, questions: Questions, ask: bool) -> None:
        """Args: ask: False: every test runs under its own procedure."""
        self._questions = questions
        self._ask = ask
        self._given: dict[str | None, str] = {}

    def choose(self, execution_id: str, procedure_id: str | None, needs_id: bool = False) -> str | None:
        """Asks, waits, and returns the procedure to run under.

        When there is no host any more, what it answered before to the same question counts on.

        Args:
            needs_id: the answer must be the id of the procedure, also where the script names its identifier.

        Raises:
            SystemExit: as `Questions.ask`.
        """
        if not self._ask:
            return procedure_id
        before = self._given.get(procedure_id)
        try:
            answer = self._questions.ask(
                "procedure_request", execution_id, before, procedure_id=procedure_id, needs_id=needs_id
            )
        except HostGoneError:
            return procedure_id
        self._given[procedure_id] = answer
        return answer
