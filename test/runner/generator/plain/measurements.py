"""Random measurements."""

from __future__ import annotations

import itertools
import random

from .measurement_rule import (
    OPERATORS,
    REFUSED,
    UNSET,
    Measured,
    Measurement,
    Number,
    Numbers,
    Other,
    Validator,
    judge,
    phase_outcome,
)
from .model import FAIL, PASS, Value
from .values import HAS_NUMPY, with_outcome

_NAN_SOURCES = ['float("nan")', "math.nan", 'decimal.Decimal("NaN")']
_NO_NUMBERS = [
    '"3.3"', '""', 'b"3.3"', 'bytearray(b"5")', "{}", '{"value": 3.3}', "object()", "1j", "(x for x in [3.3])", "BadRepr()", "BadEverything()",
    "datetime.timedelta(1)", "unittest.mock.sentinel.value", '["3.3"]', "set()", 'TextVerdict.PASS', 'BadText("3.3")',
]  # fmt: skip
_NO_LIMITS = [
    '"3.3"',
    '""',
    'b"3"',
    'float("nan")',
    "[1]",
    "[]",
    "{}",
    "object()",
    "1j",
    'decimal.Decimal("NaN")',
    '"3 V"',
    "BadEverything()",
]
if HAS_NUMPY:
    _NAN_SOURCES += ["np.nan", 'np.float32("nan")', 'np.array(float("nan"))']
    _NO_NUMBERS += ['np.str_("3.3")', 'np.array("3.3")', 'np.bytes_(b"3")', "np.array([3.3, 3.4])"]
    _NO_LIMITS += ['np.str_("3")', "np.nan", "np.array([1.0, 2.0])"]


def number(rng: random.Random, stored: float | None = None) -> Number:
    """Returns `stored`, or a number from 0 to 10, in one of the types that count as numbers."""
    if stored is None:
        stored = rng.choice([0.0, 1.0, 3.0, 3.3, 5.0, 9.9, 10.0, round(rng.uniform(0, 10), 2), -2.5])
    kinds = ["plain", "plain", "plain", "Decimal", "Fraction", "long" if stored else "plain"] + (
        ["float64", "float32", "array"] if HAS_NUMPY else []
    )
    if stored == int(stored):
        kinds += ["int", "int", "Fraction"] + (["int64", "uint8"] if HAS_NUMPY else [])
    if stored in (0.0, 1.0):
        kinds += ["bool"] + (["bool_"] if HAS_NUMPY else [])
    kind = rng.choice(kinds)
    if kind == "int":
        return Number(str(int(stored)), stored)
    if kind == "bool":
        return Number(str(bool(stored)), stored)
    if kind == "bool_":
        return Number(f"np.bool_({bool(stored)})", stored)
    if kind == "Decimal":
        return Number(f'decimal.Decimal("{stored}")', stored)
    if kind == "long":
        # Is stored as the nearest float.
        return Number(f'decimal.Decimal("{stored}") + decimal.Decimal("1e-25")', stored)
    if kind == "Fraction":
        return Number(f'fractions.Fraction("{stored}")', stored)
    if kind == "float64":
        return Number(f"np.float64({stored})", stored)
    if kind == "float32":
        import numpy

        return Number(f"np.float32({stored})", float(numpy.float32(stored)))
    if kind == "array":
        return Number(f"np.array({stored})", stored)
    if kind == "int64":
        return Number(f"np.int64({int(stored)})", stored)
    if kind == "uint8" and stored >= 0:
        return Number(f"np.uint8({int(stored)})", stored)
    return Number(repr(stored), stored)


def _value(rng: random.Random) -> Measured:
    chance = rng.random()
    if chance < 0.7:
        return number(rng)
    if chance < 0.76:
        return None
    if chance < 0.8:
        return Number(rng.choice(_NAN_SOURCES), float("nan"))
    if chance < 0.86:
        items = [number(rng) for _ in range(rng.randrange(4))]
        if items and rng.random() < 0.2:
            items[rng.randrange(len(items))] = Number('float("nan")', float("nan"))
        return Numbers(f"[{', '.join(item.source for item in items)}]", [item.stored for item in items])
    if chance < 0.92:
        rows = [[number(rng) for _ in range(rng.randrange(1, 4))] for _ in range(rng.randrange(1, 4))]
        texts = [", ".join(item.source for item in row) for row in rows]
        brackets = rng.choice(["[%s]", "(%s,)"])
        return Numbers(f"[{', '.join(brackets % text for text in texts)}]", [row[-1].stored for row in rows])
    if chance < 0.96:
        text = rng.choice(["3.3", "SN-1", "abc", ""])
        return Other(repr(text), text)
    return Other(rng.choice(_NO_NUMBERS))


def _limit(rng: random.Random, value: Measured, above: bool) -> Number | Other:
    if rng.random() < 0.04:
        return Other(rng.choice(_NO_LIMITS))
    judged = [value.stored] if isinstance(value, Number) else value.judged if isinstance(value, Numbers) else []
    judged = [each for each in judged if each == each]
    chance = rng.random()
    if judged and chance < 0.25:
        return number(rng, rng.choice(judged))  # exactly at the limit
    if judged and chance < 0.85:
        return number(rng, round(max(judged) + 1.5, 2) if above else round(min(judged) - 1.5, 2))
    return number(rng)


def _validator(rng: random.Random, value: Measured) -> Validator:
    if rng.random() < 0.06:
        return Validator(rng.choice(["~=", "is", "", "=>"]), 3.3, None, rng.choice([None, PASS, FAIL, PASS]))
    operator = rng.choice(OPERATORS)
    decisive = rng.choice([None, None, None, True, False])
    if isinstance(value, Other) and value.text is not None:
        if operator in ("in", "not in"):
            return Validator(operator, rng.sample(["3.3", "SN-1", "abc", ""], 2), decisive)
        if operator == "matches":
            return Validator(operator, rng.choice(["^abc$", "^[A-Z]+-\\d$", "^$"]), decisive)
        if operator in ("==", "!="):
            return Validator(operator, rng.choice(["3.3", "SN-1", "abc"]), decisive)
    near = value.stored if isinstance(value, Number) and value.stored == value.stored else 3.3
    choices = [near, near + 1.0, near - 1.0]
    if operator == "matches":
        operator = ">="
    if operator in ("in", "not in"):
        return Validator(operator, rng.sample(choices, 2), decisive)
    if operator == "range":
        lower = rng.choice(choices)
        return Validator(operator, [lower, lower + 1.0], decisive)
    return Validator(operator, rng.choice(choices), decisive)


_OUTCOMES: list[tuple[str, str]] = [
    ('"PASS"', PASS), ('"FAIL"', FAIL), ('"UNSET"', UNSET), ("True", PASS), ("False", FAIL), ("TextVerdict.PASS", PASS), ("TextVerdict.FAIL", FAIL),
    ("TextVerdict.UNSET", UNSET), ("Scalar(False)", FAIL), ("Scalar(True)", PASS), ("ctypes.c_bool(False)", FAIL), ("Verdict.PASS", PASS), ("Verdict.FAIL", FAIL), ("Crossed.PASS", FAIL),
]  # fmt: skip
_ODD_OUTCOMES = [
    '"SKIP"',
    '"ERROR"',
    '"RETRY"',
    '"pass"',
    "0",
    "1",
    '""',
    "[]",
    "object()",
    "Verdict.SKIP",
    "Verdict.YES",
    "BadBool()",
    "BadEverything()",
    "EqualToAll()",
    '"MARGINAL"',
    "Number.PASS",
]
if HAS_NUMPY:
    _OUTCOMES += [("np.True_", PASS), ("np.False_", FAIL), ("np.array(False)", FAIL), ("np.float64(3.3) < 3.2", FAIL)]
    _ODD_OUTCOMES += ["np.int64(1)", "np.array([True])"]


def random_measurement(rng: random.Random, name: str) -> Measurement:
    measurement = Measurement(name, _value(rng))
    chance = rng.random()
    if chance < 0.35:
        measurement.outcome_source, measurement.outcome = rng.choice(_OUTCOMES)
    elif chance < 0.38:
        measurement.outcome_source, measurement.outcome = rng.choice(_ODD_OUTCOMES), REFUSED
    elif chance < 0.45:
        measurement.outcome_source = "None"
    if rng.random() < 0.6:
        measurement.lower = _limit(rng, measurement.value, above=False)
    if rng.random() < 0.6:
        measurement.upper = _limit(rng, measurement.value, above=True)
    if rng.random() < 0.2 and not (isinstance(measurement.value, Other) and measurement.value.text is None):
        measurement.validators = [_validator(rng, measurement.value) for _ in range(rng.randrange(1, 3))]
        if rng.random() < 0.15 and measurement.validators[0].operator in OPERATORS:
            measurement.validators[0].outcome = rng.choice([PASS, FAIL])
    if rng.random() < 0.2:
        measurement.extras.append('"units": "V"')
    if rng.random() < 0.1:
        measurement.extras.append('"docstring": "What is measured."')
    return measurement


def good_measurement(rng: random.Random, name: str) -> Measurement:
    value = number(rng)
    lower, upper = number(rng, round(value.stored - 1.5, 2)), number(rng, round(value.stored + 1.5, 2))
    return Measurement(name, value, lower=lower, upper=upper)


def source_of(rng: random.Random, measurement: Measurement) -> str:
    fields = [f'"name": "{measurement.name}"']
    if measurement.value is not None:
        fields.append(f'"measured_value": {measurement.value.source}')
    elif rng.random() < 0.5:
        fields.append('"measured_value": None')
    if measurement.outcome_source is not None:
        fields.append(f'"outcome": {measurement.outcome_source}')
    for name, limit in (("lower_limit", measurement.lower), ("upper_limit", measurement.upper)):
        if limit is not None:
            fields.append(f'"{name}": {limit.source}')
        elif rng.random() < 0.15:
            fields.append(f'"{name}": None')
    if measurement.validators or rng.random() < 0.05:
        texts = [_validator_source(each) for each in measurement.validators]
        if rng.random() < 0.3:
            texts.append(rng.choice(['"x is fine"', '{"expression": "x > 1000"}']))
        fields.append(f'"validators": [{", ".join(texts)}]')
    return "{" + ", ".join(fields + measurement.extras) + "}"


def _validator_source(validator: Validator) -> str:
    fields = [f'"operator": "{validator.operator}"', f'"expected_value": {validator.expected!r}']
    if validator.is_decisive is not None:
        fields.append(f'"is_decisive": {validator.is_decisive}')
    if validator.outcome is not None:
        fields.append(f'"outcome": "{validator.outcome}"')
    return "{" + ", ".join(fields) + "}"


def measured(rng: random.Random, outcome: str | None, measurements: list[Measurement]) -> Value:
    """Returns a mapping with measurements and an outcome; None: without one."""
    sources = ", ".join(source_of(rng, each) for each in measurements)
    brackets = rng.choice(["[%s]", "[%s]", "(%s,)"]) if measurements else "[]"
    source = f'"measurements": {brackets % sources if measurements else brackets}'
    if outcome is not None:
        stated = with_outcome(rng, outcome)
        while stated.source.startswith("{"):
            stated = with_outcome(rng, outcome)
        source = f'"outcome": {stated.source}, {source}'
    judged = [judge(each) for each in measurements]
    outcomes = frozenset(phase_outcome(outcome or PASS, combination) for combination in itertools.product(*judged))
    names = (
        None
        if REFUSED in frozenset().union(*judged)
        else [(each.name, allowed) for each, allowed in zip(measurements, judged, strict=True)]
    )
    return Value("{" + source + "}", outcomes, names)
