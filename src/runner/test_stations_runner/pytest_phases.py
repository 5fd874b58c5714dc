from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from .phase_choice import PhaseChoice
from .plain_calls import SERIAL_NUMBER_ARGUMENT, PhaseFunction
from .plain_run import PlainRun, Unit
from .plain_runs import PlainRuns
from .test_phase import TestPhase
from .verdict import PASS, Ending


class PytestUnits:
    """The runs of a session: one for each serial number that its tests have as a parameter, or one for all of them."""

    def __init__(self, runs: PlainRuns) -> None:
        self._runs = runs
        self._functions: dict[str, PhaseFunction] = {}
        self._open: dict[object, PlainRun] = {}
        # How many tests of each unit have not ended.
        self._left: Counter[object] = Counter()

    def plan(self, items: Sequence[Any]) -> None:
        self._functions = {
            item.nodeid: PhaseFunction(name_of(item), getattr(item, "function", item.runtest)) for item in items
        }
        self._left = Counter(map(_serial_number, items))

    def indexes_chosen(self, choice: PhaseChoice, items: Sequence[Any]) -> set[int]:
        """Returns which tests are to run. From a test on means: of each unit that has it, from there on."""
        names = [_chosen_name(item, choice) for item in items]
        units: dict[object, list[int]] = {}
        for index, item in enumerate(items):
            units.setdefault(_serial_number(item), []).append(index)
        chosen = set(choice.indexes_in(names))
        for indexes in units.values():
            own = [names[index] for index in indexes]
            if choice.first in own:
                chosen.difference_update(indexes[: own.index(choice.first)])
        return chosen

    def begin(self, item: Any) -> TestPhase:
        """Raises SystemExit if the user cancels the run."""
        function, number = self._functions[item.nodeid], _serial_number(item)
        run = self._open.get(number)
        if run is None:
            module = getattr(item, "module", None)
            variables: Mapping[str, object] = vars(module) if module is not None else {}
            unit = Unit.named_by(number, variables)
            run = self._runs.begin(function, unit, list(self._functions.values()), variables)
            self._open[number] = run
        return TestPhase(run, function)

    def end(self, item: Any) -> None:
        number = _serial_number(item)
        self._left[number] -= 1
        # The last run stays open for what happens at the end of the session.
        if self._left[number] == 0 and self._left.total() > 0:
            self._runs.end(self._open[number])

    def break_passing_runs(self, why: str | None) -> None:
        """Lets no run pass that is still open if there is a reason, or if some of its tests have not run."""
        for number, run in self._open.items():
            if not run.is_closed and run.outcome_of_calls == PASS:
                left = self._left[number]
                reason = why or (f"{left} tests were not run." if left > 0 else None)
                if reason is not None:
                    run.set_ending(Ending.BROKEN, reason)


def name_of(item: Any) -> str:
    """Returns the name of a test in its file, such as `TestRadio::test_power[low]`."""
    return str(item.nodeid).partition("::")[2] or str(item.name)


def _chosen_name(item: Any, choice: PhaseChoice) -> str:
    """Returns the whole name of a test if it was chosen by it; otherwise without the values of its parameters."""
    name = name_of(item)
    return name if name in (*choice.only, choice.first) else name.partition("[")[0]


def _serial_number(item: Any) -> object:
    number = getattr(getattr(item, "callspec", None), "params", {}).get(SERIAL_NUMBER_ARGUMENT)
    return number if number is None else str(number)
