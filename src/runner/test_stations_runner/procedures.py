from __future__ import annotations

from .questions import HostGoneError, Questions


class Procedures:
    def __init__(self, questions: Questions, ask: bool) -> None:
        self._questions = questions
        self._ask = ask
        self._given: dict[str | None, str] = {}

    def choose(self, execution_id: str, procedure_id: str | None, needs_id: bool = False) -> str | None:
        """Returns the procedure to run under; without a host, the previous answer for the same procedure."""
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
