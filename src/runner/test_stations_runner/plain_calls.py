from __future__ import annotations

import enum
import inspect
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from .failures import Failure
from .places import Place
from .values import safe_text, truncate
from .verdict import ERROR, FAIL, RETRY, SKIP, Call, PhaseResult

_MAX_ARGUMENTS_TEXT = 60

SERIAL_NUMBER_ARGUMENT = "serial_number"


class PhaseFunction:
    place: Place | None = None
    """Where the phase is defined, if that is not its function."""

    def __init__(self, name: str, function: Callable[..., Any]) -> None:
        self.name = name
        # What a partial run chooses it by.
        self.chosen_by = name
        self.function = function
        self.docstring = optional_safe_text(getattr(function, "__doc__", None))
        try:
            self._signature: inspect.Signature | None = inspect.signature(function)
        except (ValueError, TypeError):
            self._signature = None

    def bound(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> inspect.BoundArguments | None:
        try:
            return self._signature.bind(*args, **kwargs) if self._signature is not None else None
        except TypeError:
            return None


@dataclass
class PhaseCall(Call):
    """One call of a phase with everything that is stored of it; times in milliseconds since 1970."""

    key: str = ""
    shown: str = ""
    attempt: int = 0
    start: float = 0
    end: float | None = None
    docstring: str | None = None
    place: Place | None = None
    result: PhaseResult | None = None
    failure: Failure | None = None
    logs: list[dict[str, object]] = field(default_factory=list)

    @property
    def stored_outcome(self) -> str:
        return FAIL if self.outcome == RETRY else self.outcome or ERROR


def reasons(calls: Sequence[PhaseCall], why: str | None) -> list[str]:
    problems = [call.result.problem for call in calls if call.result is not None and call.result.problem]
    unfinished = [f"Phase {call.name} had not ended when its run ended." for call in calls if call.outcome is None]
    skipped = ["All phases were skipped."] if all(call.outcome == SKIP for call in calls) else []
    return [*([why] if why is not None else []), *problems, *unfinished, *skipped]


def failure_logs(calls: Sequence[PhaseCall]) -> list[dict[str, object]]:
    return [
        error_log(call.end or call.start, f"{call.name}: {failure['type']}: {failure['message']}", failure["place"])
        for call in calls
        if (failure := call.failure) is not None and call.result is not None and call.result.problem is None
    ]


def error_log(at: float, message: str, place: Place | None) -> dict[str, object]:
    return stored_log("ERROR", at, message, place)


def stored_log(level: str, at: float, message: str, place: Place | None) -> dict[str, object]:
    return {
        "level": level,
        "timestamp": iso(at),
        "message": message,
        "source_file": place["file"] if place is not None else os.path.abspath(sys.argv[0]),
        "line_number": place["line"] if place is not None else 1,
    }


def texts_of(arguments: inspect.BoundArguments | None) -> tuple[str, str]:
    """Returns all arguments of a call as text to compare, and the simple ones as text to show."""
    given = {} if arguments is None else arguments.arguments
    whole = ", ".join(f"{name}={safe_text(repr, value)}" for name, value in given.items())
    shown = ", ".join(
        safe_text(repr, value) for name, value in given.items() if name != SERIAL_NUMBER_ARGUMENT and _is_simple(value)
    )
    return whole, truncate(shown, _MAX_ARGUMENTS_TEXT)


def _is_simple(value: object) -> bool:
    if isinstance(value, (tuple, list)):
        return all(map(_is_simple, value))
    # The text of anything else, such as a driver, may differ in each run.
    return value is None or isinstance(value, (bool, int, float, str, enum.Enum))


def optional_safe_text(value: object) -> str | None:
    try:
        return None if value is None else str(value)
    except Exception:  # a text form is the script's code
        return None


def iso(millis: float) -> str:
    return datetime.fromtimestamp(millis / 1000, timezone.utc).isoformat()
