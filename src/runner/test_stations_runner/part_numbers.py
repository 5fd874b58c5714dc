from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .questions import Questions


class PartNumbers:
    def __init__(self, questions: Questions, ask: bool) -> None:
        self._questions = questions
        self._ask = ask
        self._given: str | None = None

    def choose(self, execution_id: str, own: object) -> str | None:
        """Returns the script's own part number, or the one that the user gives once for all tests of the script.

        Without a host the test runs without one: the result is saved, and the part number can be given later.
        """
        text = "" if own is None else str(own).strip()
        if text or not self._ask:
            return text or None
        if self._given is None:
            self._given = self._questions.ask("part_number_request", execution_id, "").strip()
        return self._given or None

    def complete(self, execution: Any, arguments: dict[str, Any]) -> None:
        unit = arguments.get("unit_under_test")
        of_v1 = isinstance(unit, Mapping)
        own = unit.get("part_number") if isinstance(unit, Mapping) else arguments.get("part_number")
        number = self.choose(execution.id, own)
        if number is None or number == own:
            return
        if of_v1:
            arguments["unit_under_test"] = {**arguments["unit_under_test"], "part_number": number}
        else:
            arguments["part_number"] = number
        if hasattr(execution, "part_number"):
            execution.part_number = number
