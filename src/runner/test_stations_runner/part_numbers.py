"""The part number of the unit under test: no server saves a run of an unknown unit without one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .questions import Questions


class PartNumbers:
    """Asks the host once for the part number of all tests of a script that give none themselves."""

    def __init__(self, questions: Questions, ask: bool) -> None:
        """Initializes it.

        Args:
            ask: False: the tests run without a part number.
        """
        self._questions = questions
        self._ask = ask
        self._given: str | None = None

    def choose(self, execution_id: str, own: object) -> str | None:
        """Returns the script's own part number, or the one that the user gives; None: there is none.

        Without a host the test runs all the same: the result is kept, and the part number can be given later.

        Raises:
            SystemExit: as `Questions.ask`.
        """
        text = "" if own is None else str(own).strip()
        if text or not self._ask:
            return text or None
        if self._given is None:
            self._given = self._questions.ask("part_number_request", execution_id, "").strip()
        return self._given or None

    def complete(self, execution: Any, arguments: dict[str, Any]) -> None:
        """Puts the part number into a push that has none.

        Args:
            execution: whose run is pushed.
            arguments: those of the client's call: v1 has the part number in a dict, v2 beside the others.
        """
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
