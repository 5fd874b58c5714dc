"""The outcomes that the rule gives to measurements."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .model import ERROR, FAIL, PASS, RETRY, Outcomes

UNSET = "UNSET"
OPERATORS = [">=", "<=", ">", "<", "==", "!=", "in", "not in", "range", "matches"]
# In place of a measurement's outcome: the phase is an ERROR.
REFUSED = "refused"


@dataclass
class Number:
    source: str
    # As it is stored; NaN too.
    stored: float


@dataclass
class Numbers:
    """A list of numbers, or of rows, of which the last number counts."""

    source: str
    judged: list[float]


@dataclass
class Other:
    """Text and everything else that is no number."""

    source: str
    text: str | None = None


# None: the measurement has no value.
Measured = Number | Numbers | Other | None


@dataclass
class Validator:
    operator: str
    expected: float | str | list[float] | list[str]
    is_decisive: bool | None = None
    # Its own, said by the script.
    outcome: str | None = None


@dataclass
class Measurement:
    name: str
    value: Measured
    # Source text, and the outcome that it says; None: it says none.
    outcome_source: str | None = None
    outcome: str | None = None
    lower: Number | Other | None = None
    upper: Number | Other | None = None
    validators: list[Validator] = field(default_factory=list)
    extras: list[str] = field(default_factory=list)


def judge(measurement: Measurement) -> Outcomes:
    """Returns the outcomes that the rule allows the measurement."""
    stated = measurement.outcome
    limits = [limit for limit in (measurement.lower, measurement.upper) if limit is not None]
    if stated == REFUSED or any(isinstance(limit, Other) or limit.stored != limit.stored for limit in limits):
        return frozenset({REFUSED})
    if isinstance(measurement.value, Other) and measurement.value.source == "BadEverything()":
        return frozenset({REFUSED})  # it raises whatever is asked of it
    verdicts = []
    if isinstance(measurement.lower, Number):
        verdicts.append(_compare(measurement.value, ">=", measurement.lower.stored))
    if isinstance(measurement.upper, Number):
        verdicts.append(_compare(measurement.value, "<=", measurement.upper.stored))
    decisive = [each for each in measurement.validators if each.is_decisive is not False]
    verdicts += [_validator_verdict(measurement.value, each) for each in decisive]
    if REFUSED in verdicts:
        return frozenset({REFUSED})
    if stated == FAIL or FAIL in verdicts:
        return frozenset({FAIL})
    allowed = {stated} if stated is not None else {PASS} if limits else {PASS, UNSET} if decisive else {UNSET}
    if any(each.outcome == FAIL for each in decisive):
        # The rule does not say which counts.
        allowed.add(FAIL)
    return frozenset(allowed)


def _validator_verdict(value: Measured, validator: Validator) -> str:
    if validator.operator in OPERATORS:
        return _compare(value, validator.operator, validator.expected)
    return REFUSED if validator.outcome is None else validator.outcome


def _compare(value: Measured, operator: str, expected: object) -> str:
    if value is None:
        return FAIL
    if isinstance(value, Numbers):
        if not value.judged:
            return FAIL
        return FAIL if any(not _holds(number, operator, expected) for number in value.judged) else PASS
    if isinstance(value, Number):
        return PASS if _holds(value.stored, operator, expected) else FAIL
    if value.text is None or operator not in ("==", "!=", "in", "not in", "matches"):
        return REFUSED
    return PASS if _text_holds(value.text, operator, expected) else FAIL


def _holds(number: float, operator: str, expected: object) -> bool:
    if number != number:
        return False
    if operator == ">=":
        return number >= expected  # type: ignore[operator]
    if operator == "<=":
        return number <= expected  # type: ignore[operator]
    if operator == ">":
        return number > expected  # type: ignore[operator]
    if operator == "<":
        return number < expected  # type: ignore[operator]
    if operator == "==":
        return number == expected
    if operator == "!=":
        return number != expected
    if operator == "in":
        return number in expected  # type: ignore[operator]
    if operator == "not in":
        return number not in expected  # type: ignore[operator]
    assert operator == "range"
    return expected[0] <= number <= expected[1]  # type: ignore[index]


def _text_holds(text: str, operator: str, expected: object) -> bool:
    if operator == "==":
        return text == expected
    if operator == "!=":
        return text != expected
    if operator == "in":
        return text in expected  # type: ignore[operator]
    if operator == "not in":
        return text not in expected  # type: ignore[operator]
    return re.fullmatch(str(expected), text) is not None


def phase_outcome(stated: str, measurements: tuple[str, ...]) -> str:
    if REFUSED in measurements or stated == ERROR:
        return ERROR
    if stated == RETRY or FAIL not in measurements:
        return stated
    return FAIL
