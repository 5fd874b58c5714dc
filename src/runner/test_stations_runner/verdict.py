"""The verdict of plain scripts: of a phase's return value, of its measurements, and of a run.

The rule: a run is PASS only if the script came to its natural end, every phase that began has ended with an outcome
that means passed, and every measurement with limits is inside them. `docs/reference/phase-functions.md` states it for
users. This module has no side effects: its functions turn values into outcomes and sentences.
"""

from __future__ import annotations

import enum
import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, SupportsFloat, SupportsIndex, cast

from .values import optional_text, safe_text, to_bounded_json, truncate

PASS, FAIL, SKIP, ERROR, ABORTED = "PASS", "FAIL", "SKIP", "ERROR", "ABORTED"

RETRY = "RETRY"
"""The outcome of a phase that asks to be called again; the attempt counts as FAIL if that does not happen."""

_PHASE_OUTCOMES = (PASS, FAIL, SKIP, ERROR, RETRY)
_MEASUREMENT_OUTCOMES = (PASS, FAIL, "UNSET")
_MAX_VALUE_TEXT = 200


class UninterpretableError(Exception):
    """A value of the script that has no meaning as a result. The message completes "Phase phase_x …"."""


@dataclass
class PhaseResult:
    outcome: str
    measurements: list[dict[str, object]] = field(default_factory=list)
    problem: str | None = None


def result_of_answer(phase: str, answer: object) -> PhaseResult:
    """Returns the result of a phase that returned `answer`. Never raises an `Exception`."""
    measurements: list[dict[str, object]] = []
    try:
        if not isinstance(answer, Mapping):
            return PhaseResult(_outcome_of(answer))
        outcome = _outcome_of(answer.get("outcome"))
        for given in _measurements_in(answer):
            measurements.append(evaluated_measurement(given))
    except UninterpretableError as error:
        return PhaseResult(ERROR, measurements, f"Phase {phase} {error}")
    except Exception as error:  # comparing and printing the script's values runs the script's code
        problem = f"Phase {phase} returned a value that cannot be read: {type(error).__name__}: {safe_text(str, error)}"
        return PhaseResult(ERROR, measurements, problem)
    if outcome in (PASS, SKIP) and any(measurement["outcome"] == FAIL for measurement in measurements):
        outcome = FAIL
    return PhaseResult(outcome, measurements)


def evaluated_measurement(given: object) -> dict[str, object]:
    """Returns a measurement as the contract has it, with the outcome by its limits; raises UninterpretableError."""
    if not isinstance(given, Mapping):
        raise UninterpretableError(f"returned a measurement that is not a dict: {text_of(given)}")
    name = str(given.get("name"))
    value = stored_value(given.get("measured_value"))
    stated = _stated_outcome(name, given.get("outcome"))
    rules = [*_limits(name, given), *_validators(name, given.get("validators"))]
    verdicts = [rule.verdict(name, value) for rule in rules]
    by_rules = FAIL if FAIL in verdicts else PASS if PASS in verdicts else "UNSET"
    outcome = FAIL if by_rules == FAIL else stated or by_rules
    measurement: dict[str, object] = {
        "name": name,
        "outcome": outcome,
        "units": units_text(given.get("units")),
        "validators": [rule.text for rule in rules],
        "validator_outcomes": [verdict or stated or "UNSET" for verdict in verdicts],
        "docstring": optional_text(given.get("docstring")),
    }
    if value is not None:
        measurement["measured_value"] = to_bounded_json(value)
    return measurement


@dataclass
class Call:
    name: str
    arguments: str
    outcome: str | None = None


class Ending(enum.Enum):
    NATURAL = enum.auto()
    BROKEN = enum.auto()
    STOPPED = enum.auto()


def outcome_of_run(calls: Iterable[Call], ending: Ending) -> str:
    if ending is Ending.STOPPED:
        return ABORTED
    outcomes = [outcome for outcome in _counted_outcomes(list(calls)) if outcome is not None]
    if ERROR in outcomes:
        return ERROR
    if FAIL in outcomes:
        return FAIL
    # As in OpenHTF, a test in which no phase ran is not a PASS.
    return PASS if PASS in outcomes and ending is Ending.NATURAL else ERROR


def _counted_outcomes(calls: list[Call]) -> list[str | None]:
    repeated_later: set[tuple[str, str]] = set()
    outcomes: list[str | None] = []
    for call in reversed(calls):
        same = (call.name, call.arguments)
        if call.outcome is None:
            outcomes.append(ERROR)
        elif call.outcome == RETRY:
            outcomes.append(None if same in repeated_later else FAIL)
        else:
            outcomes.append(call.outcome)
        repeated_later.add(same)
    return outcomes[::-1]


def boolean_of(value: object) -> bool | None:
    """Returns the truth of a boolean, also one of another library such as `numpy.bool_`; None for anything else."""
    if type(value) is bool:  # `isinstance` trusts `__class__`, which the script can change
        return bool(value)
    if type(value).__module__ == "ctypes" and type(value).__name__ == "c_bool":
        return bool(getattr(value, "value", None))
    dtype, shape = getattr(value, "dtype", None), getattr(value, "shape", None)
    if dtype is None or shape is None or len(shape) != 0:
        return None
    # NumPy and JAX name it "bool", PyTorch "torch.bool".
    return bool(value) if str(dtype).rpartition(".")[2] in ("bool", "bool_") else None


def number_of(value: object) -> int | float | None:
    """Returns the number that is stored for a value, also for those of NumPy or `decimal`; None: it is not a number."""
    if isinstance(value, int):
        return value if type(value) is bool else int(value)
    if isinstance(value, (float, Decimal, Fraction)):
        return float(value)
    truth = boolean_of(value)
    if truth is not None:
        return truth
    if isinstance(value, (str, bytes, bytearray, complex)) or getattr(value, "shape", ()) not in ((), []):
        return None
    kind = getattr(getattr(value, "dtype", None), "kind", "f")
    if kind not in "iuf":
        return None  # complex numbers and dates would convert to something else
    if hasattr(type(value), "__index__"):
        return operator.index(cast(SupportsIndex, value))
    return float(cast(SupportsFloat, value)) if hasattr(type(value), "__float__") else None


def stored_value(value: object) -> object:
    """Returns a measured value as it is evaluated and stored, with numbers as numbers and arrays as lists."""
    if value is None or isinstance(value, str):
        return value
    number = number_of(value)
    if number is not None:
        return number
    if hasattr(value, "tolist") and hasattr(value, "shape"):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return [stored_value(item) for item in value]
    return value


def units_text(units: object) -> str | None:
    return ", ".join(map(str, units)) if isinstance(units, (list, tuple)) else optional_text(units)


def limits_text(lower: object, upper: object) -> str:
    texts = [] if lower is None else [f"{lower} <="]
    texts.append("x")
    if upper is not None:
        texts.append(f"<= {upper}")
    return " ".join(texts)


def text_of(value: object) -> str:
    return truncate(safe_text(repr, value), _MAX_VALUE_TEXT)


def _outcome_of(answer: object) -> str:
    if answer is None:
        return PASS
    truth = boolean_of(answer)
    if truth is not None:
        return PASS if truth else FAIL
    text = _text_in(answer)
    if text in _PHASE_OUTCOMES:
        return text
    raise UninterpretableError(
        f"returned {text_of(answer)}, which is not an outcome. Return None, True or False, "
        'one of "PASS", "FAIL", "SKIP", "ERROR" and "RETRY", or a dict.'
    )


def _stated_outcome(name: str, outcome: object) -> str | None:
    if outcome is None:
        return None
    truth = boolean_of(outcome)
    if truth is not None:
        return PASS if truth else FAIL
    text = _text_in(outcome)
    if text in _MEASUREMENT_OUTCOMES:
        return text
    raise UninterpretableError(f'returned a measurement "{name}" with the outcome {text_of(outcome)}.')


def _text_in(value: object) -> str | None:
    if isinstance(value, enum.Enum) and not isinstance(value, str):
        value = value.value
    return str.__str__(value) if isinstance(value, str) else None


def _measurements_in(answer: Mapping[Any, Any]) -> Iterable[object]:
    measurements = answer.get("measurements")
    if measurements is None:
        return ()
    if not isinstance(measurements, (list, tuple)):
        raise UninterpretableError(f"returned measurements that are not a list: {text_of(measurements)}")
    return measurements


@dataclass
class _Rule:
    text: str
    holds: Callable[[object], bool] | None
    stated: str | None = None
    is_decisive: bool = True
    is_whole: bool = False

    def verdict(self, name: str, value: object) -> str | None:
        """Returns PASS or FAIL; None when the rule decides nothing."""
        if not self.is_decisive:
            return None
        computed = None if self.holds is None else (PASS if self._is_inside(name, value, self.holds) else FAIL)
        return FAIL if FAIL in (computed, self.stated) else computed or self.stated

    def _is_inside(self, name: str, value: object, holds: Callable[[object], bool]) -> bool:
        if value is None:
            return False
        items = value if isinstance(value, list) and not self.is_whole else [value]
        # The last column of a row is the measured value, the others are its coordinates.
        items = [item[-1] if isinstance(item, list) and item else item for item in items]
        try:
            return len(items) > 0 and all(holds(item) for item in items)
        except UninterpretableError as error:
            raise UninterpretableError(f'returned a measurement "{name}" whose value {error}') from error


def _limits(name: str, given: Mapping[Any, Any]) -> list[_Rule]:
    lower, upper = (_limit(name, given.get(which)) for which in ("lower_limit", "upper_limit"))
    if lower is None and upper is None:
        return []
    text = limits_text(given.get("lower_limit"), given.get("upper_limit"))
    return [_Rule(text, lambda value: _is_between(lower, _number(value), upper))]


def _limit(name: str, limit: object) -> int | float | None:
    if limit is None:
        return None
    number = number_of(limit)
    if number is None or math.isnan(number):
        raise UninterpretableError(
            f'returned a measurement "{name}" with the limit {text_of(limit)}, which is not a number.'
        )
    return number


def _is_between(lower: float | None, value: float, upper: float | None) -> bool:
    return not math.isnan(value) and (lower is None or lower <= value) and (upper is None or value <= upper)


def _number(value: object) -> int | float:
    number = number_of(value)
    if number is None:
        raise UninterpretableError(f"{text_of(value)} is not a number, although it has limits.")
    return number


def _validators(name: str, validators: object) -> list[_Rule]:
    if validators is None:
        return []
    if not isinstance(validators, (list, tuple)):
        raise UninterpretableError(f'returned a measurement "{name}" whose validators are not a list.')
    return [_validator(name, each) for each in validators]


def _validator(name: str, given: object) -> _Rule:
    if isinstance(given, str):
        return _Rule(str.__str__(given), None)
    if not isinstance(given, Mapping):
        raise UninterpretableError(f'returned a measurement "{name}" with the validator {text_of(given)}.')
    stated = _stated_outcome(name, given.get("outcome"))
    word, expected = _text_in(given.get("operator")), given.get("expected_value")
    text = _text_in(given.get("expression")) or f"x {word} {text_of(expected)}"
    rule = _Rule(text, None, stated, is_decisive=given.get("is_decisive") is not False)
    if word is None:
        return rule
    rule.holds = _comparison(name, word, expected)
    if rule.holds is None and stated is None:
        raise UninterpretableError(f'returned a measurement "{name}" with the unknown operator "{word}".')
    rule.is_whole = isinstance(expected, (list, tuple)) and word in ("==", "!=")
    return rule


def _comparison(name: str, word: str, expected: object) -> Callable[[object], bool] | None:
    if word in (">=", "<=", ">", "<"):
        compare = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}[word]
        limit = _limit(name, expected)
        if limit is None:
            raise UninterpretableError(f'returned a measurement "{name}" with the operator "{word}" and no limit.')
        return lambda value: bool(compare(_number(value), limit))
    if word in ("==", "!="):
        wanted = stored_value(expected)
        return lambda value: not _is_nan(value) and (value == wanted) == (word == "==")
    if word in ("in", "not in") and isinstance(expected, (list, tuple, set, frozenset)):
        choices = [stored_value(each) for each in expected]
        return lambda value: not _is_nan(value) and (value in choices) == (word == "in")
    if word == "range" and isinstance(expected, (list, tuple)) and len(expected) == 2:
        lower, upper = (_limit(name, each) for each in expected)
        return lambda value: _is_between(lower, _number(value), upper)
    if word == "matches" and isinstance(expected, str):
        pattern = re.compile(str.__str__(expected))
        return lambda value: pattern.match(_characters(value)) is not None
    if word in ("in", "not in", "range", "matches"):
        raise UninterpretableError(
            f'returned a measurement "{name}" with the operator "{word}" and the expected value {text_of(expected)}.'
        )
    return None


def _characters(value: object) -> str:
    if not isinstance(value, str):
        raise UninterpretableError(f"{text_of(value)} is not a text, although it has to match a pattern.")
    return str.__str__(value)


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)
