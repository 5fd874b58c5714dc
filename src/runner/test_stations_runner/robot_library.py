"""What suites of Robot Framework get from the runner: the library `TestStations`, and dialogs that ask the operator."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

Measure = Callable[[dict[str, object]], bool]

_YES, _NO = ("pass", "p", "yes", "y"), ("fail", "f", "no", "n")


def install_library(measure: Measure) -> None:
    class OutsideOfLimits(AssertionError):
        ROBOT_SUPPRESS_NAME = True
        ROBOT_CONTINUE_ON_FAILURE = True

    class TestStations:
        """Records measurements in the editor's Test Stations."""

        ROBOT_LIBRARY_SCOPE = "GLOBAL"

        def measure(
            self, name: str, value: object, lower: object = "", upper: object = "", units: object = ""
        ) -> object:
            """Records a measurement, and fails if it is outside of its limits; the test continues then."""
            limits = [_limit(lower), _limit(upper)]
            has_limits = any(limit is not None for limit in limits)
            given: dict[str, object] = {
                "name": name,
                "measured_value": _number(value) if has_limits else value,
                "lower_limit": limits[0],
                "upper_limit": limits[1],
                "units": units or None,
            }
            if not measure(given):
                raise OutsideOfLimits(f"Outside of the limits: {name} = {value}")
            return value

    module = ModuleType("TestStations")
    setattr(module, "TestStations", TestStations)  # noqa: B010 (mypy rejects an assignment)
    sys.modules["TestStations"] = module


def _limit(text: object) -> object:
    return None if text is None or text in ("", "None") else _number(text)


def _number(value: object) -> object:
    """Returns the number that a text stands for, since arguments in a suite are texts; anything else stays as it is."""
    if not isinstance(value, str):
        return value
    for convert in (int, float):
        try:
            return convert(value)
        except ValueError:
            continue
    return value


def install_dialogs(ask: Callable[..., str]) -> None:
    """Lets the library `Dialogs` ask the operator, also where there is no screen and no Tk.

    Args:
        ask: Shows a message and returns the line that the operator enters.
    """

    class Dialog:
        def __init__(self, message: str, *details: Any, **named: Any) -> None:
            self.message, self.details = message, [*details, *named.values()]

        def show(self) -> Any:
            raise NotImplementedError

    class MessageDialog(Dialog):
        def show(self) -> None:
            ask(self.message, text_input=False)

    class InputDialog(Dialog):
        def show(self) -> str:
            default, hidden = [*self.details, "", False][:2]
            return ask(self.message if not default else f"{self.message} [{default}]", hidden=bool(hidden)) or default

    class PassFailDialog(Dialog):
        def show(self) -> bool:
            answer = _answer(ask, f"{self.message} (pass or fail)", lambda text: text in _YES or text in _NO)
            return answer in _YES

    class SelectionDialog(Dialog):
        def show(self) -> str:
            values = list(self.details[0])
            default = None if len(self.details) < 2 else _chosen(str(self.details[1]), values)
            text = f"{self.message} ({_numbered(values)})"
            chosen = default if default is not None else ""
            line = _answer(
                ask, text, lambda given: _chosen(given, values) is not None or (given == "" and default is not None)
            )
            return _chosen(line, values) or chosen

    class MultipleSelectionDialog(Dialog):
        def show(self) -> list[str]:
            values = list(self.details[0])

            def chosen(line: str) -> list[str | None]:
                return [_chosen(part.strip(), values) for part in line.split(",") if part.strip()]

            text = f"{self.message} ({_numbered(values)}; several with commas)"
            return [each for each in chosen(_answer(ask, text, lambda line: None not in chosen(line))) if each]

    module = ModuleType("robot.libraries.dialogs_py")
    vars(module).update(
        InputDialog=InputDialog,
        MessageDialog=MessageDialog,
        MultipleSelectionDialog=MultipleSelectionDialog,
        PassFailDialog=PassFailDialog,
        SelectionDialog=SelectionDialog,
    )
    sys.modules[module.__name__] = module


def _answer(ask: Callable[..., str], message: str, is_valid: Callable[[str], bool]) -> str:
    while True:
        line = ask(message).strip()
        if is_valid(line) or is_valid(line.lower()):
            return line if is_valid(line) else line.lower()


def _numbered(values: Sequence[str]) -> str:
    return ", ".join(f"{number}: {value}" for number, value in enumerate(values, 1))


def _chosen(line: str, values: Sequence[str]) -> str | None:
    if line in values:
        return line
    return values[int(line) - 1] if line.isdecimal() and 0 < int(line) <= len(values) else None
