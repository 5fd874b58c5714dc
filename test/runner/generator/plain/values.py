"""Values that phases return, with the outcome that the rule gives them."""

from __future__ import annotations

import importlib.util
import random

from .model import ERROR, FAIL, PASS, RETRY, SKIP, Value

HAS_NUMPY = importlib.util.find_spec("numpy") is not None

# Written at the top of a script that uses one of the names.
DEFINITIONS = {
    "Verdict": """class Verdict(enum.Enum):
    PASS = "PASS"
    FAIL = "FAIL"
    SKIP = "SKIP"
    ERROR = "ERROR"
    RETRY = "RETRY"
    SWAPPED = "swapped"
    YES = True
    ONE = 1
    LOWER = "pass"
""",
    "Crossed": """class Crossed(enum.Enum):
    PASS = "FAIL"
    FAIL = "PASS"
""",
    "TextVerdict": """class TextVerdict(str, enum.Enum):
    PASS = "PASS"
    FAIL = "FAIL"
    SKIP = "SKIP"
    ERROR = "ERROR"
    RETRY = "RETRY"
    UNSET = "UNSET"
    LOWER = "fail"
""",
    "Number": """class Number(enum.IntEnum):
    PASS = 1
    FAIL = 0
""",
    "Level": """class Level(enum.Flag):
    PASS = 1
    FAIL = 2
""",
    "Dtype": """class Dtype:
    def __init__(self, name):
        self.name = name
        self.kind = name[0]
        self.char = "?" if name == "bool" else "d"
        self.type = bool if name == "bool" else float
    def __str__(self):
        return self.name
    def __repr__(self):
        return f"dtype('{self.name}')"
    def __eq__(self, other):
        return other is self.type or other == self.name
""",
    "Scalar": """class Scalar:
    def __init__(self, value, name="bool", shape=()):
        self.value = value
        self.dtype = Dtype(name)
        self.shape = shape
        self.ndim = len(shape)
        self.size = 1
    def __bool__(self):
        return bool(self.value)
    def __float__(self):
        return float(self.value)
    def item(self):
        return self.value
""",
    "BadBool": """class BadBool:
    dtype = "bool"
    shape = ()
    ndim = 0
    def __bool__(self):
        raise RuntimeError("no truth")
    def item(self):
        raise RuntimeError("no item")
""",
    "BadRepr": """class BadRepr:
    def __repr__(self):
        raise RuntimeError("no repr")
    __str__ = __repr__
""",
    "BadEverything": """class BadEverything:
    def __getattribute__(self, name):
        raise RuntimeError("no " + name)
    def __repr__(self):
        raise SystemExit("no repr")
    def __bool__(self):
        raise KeyboardInterrupt("no truth")
    def __eq__(self, other):
        raise RuntimeError("no comparison")
    def __hash__(self):
        raise RuntimeError("no hash")
""",
    "EqualToAll": """class EqualToAll:
    def __eq__(self, other):
        return True
    def __hash__(self):
        return hash("PASS")
    def __bool__(self):
        return True
""",
    "Liar": """class Liar:
    __class__ = bool
    def __bool__(self):
        return True
""",
    "BadText": """class BadText(str):
    def __str__(self):
        raise RuntimeError("no text")
    __repr__ = __str__
""",
    "EqualText": """class EqualText(str):
    def __eq__(self, other):
        return True
    __hash__ = str.__hash__
""",
    "BadItems": """class BadItems(dict):
    def items(self):
        raise RuntimeError("no items")
    def __iter__(self):
        raise RuntimeError("no iteration")
""",
    "BadMapping": """class BadMapping(collections.abc.Mapping):
    def __getitem__(self, key):
        raise RuntimeError("no items")
    def __iter__(self):
        raise RuntimeError("no iteration")
    def __len__(self):
        raise RuntimeError("no length")
""",
    "ExitMapping": """class ExitMapping(collections.abc.Mapping):
    def __getitem__(self, key):
        raise SystemExit(0)
    def __iter__(self):
        raise SystemExit(0)
    def __len__(self):
        return 1
""",
    "DuckMapping": """class DuckMapping:
    def keys(self):
        return ["outcome"]
    def items(self):
        return [("outcome", "PASS")]
    def get(self, key, default=None):
        return "PASS"
    def __getitem__(self, key):
        return "PASS"
    def __iter__(self):
        return iter(["outcome"])
    def __len__(self):
        return 1
""",
    "coroutine": """async def coroutine():
    return False
""",
    "numbers_of": """def numbers_of():
    yield False
""",
}

PASSING = ["None", "True", '"PASS"']

_WORDS: list[tuple[str, str]] = [
    ("None", PASS),
    ("True", PASS),
    ("False", FAIL),
    *((f'"{word}"', word) for word in (PASS, FAIL, SKIP, ERROR, RETRY)),
    *((f"Verdict.{word}", word) for word in (PASS, FAIL, SKIP, ERROR, RETRY)),
    *((f"TextVerdict.{word}", word) for word in (PASS, FAIL, SKIP, ERROR, RETRY)),
    ("Crossed.PASS", FAIL),
    ("Crossed.FAIL", PASS),
    ("Scalar(True)", PASS),
    ("Scalar(False)", FAIL),
    ("ctypes.c_bool(True)", PASS),
    ("ctypes.c_bool(False)", FAIL),
    ("1 < 2", PASS),
    ("1 > 2", FAIL),
    ("bool([])", FAIL),
]

_NUMPY_WORDS: list[tuple[str, str]] = [
    ("np.True_", PASS),
    ("np.False_", FAIL),
    ("np.float64(5) < 3.4", FAIL),
    ("np.float32(3.3) < 3.4", PASS),
    ("np.array(True)", PASS),
    ("np.array(False)", FAIL),
    ("np.array([1, 2, 3]).all()", PASS),
    ("np.array([1, 0, 3]).all()", FAIL),
    ('np.str_("PASS")', PASS),
    ('np.str_("FAIL")', FAIL),
]

_ODD = [
    "0", "1", "-1", "2", "1.0", "0.0", 'float("nan")', '"fail"', '"pass"', '"Pass"', '""', '"PASS "', '" PASS"', '"OK"',
    '"TIMEOUT"', '"ABORTED"', '"UNSET"', '"True"', 'b"PASS"', 'bytearray(b"PASS")', "()", "[]", "[True]", "(True,)",
    '(False, "why")', '("PASS", {})', '["FAIL"]', "set()", '{"PASS"}', "frozenset()", "NotImplemented", "Ellipsis", "object()", "bool", "str",
    "lambda: False", "(x for x in ())", "numbers_of()", "coroutine()", "range(1)", 'decimal.Decimal("1")', "decimal.Decimal(0)",
    "fractions.Fraction(0)", "1j", "Verdict", "Verdict.SWAPPED", "Verdict.YES", "Verdict.ONE", "Verdict.LOWER", "TextVerdict.UNSET",
    "TextVerdict.LOWER", "Number.PASS", "Number.FAIL", "Level.PASS", "BadBool()", "BadRepr()", "BadEverything()", "EqualToAll()",
    'BadText("fail")', 'EqualText("fail")', "BadMapping()", "ExitMapping()", "DuckMapping()", "unittest.mock.Mock()",
    "unittest.mock.MagicMock()", 'Scalar(1.0, "float64")', 'Scalar(0, "float64")', 'Scalar(True, "bool", (1,))', "ctypes.c_int(1)", "ValueError",
    'ValueError("returned")', "iter([])", "memoryview(b'')", "{}.items()", 'enum.Enum("Made", "PASS").PASS', "10 ** 5000",
]  # fmt: skip

_NUMPY_ODD = [
    "np.array([True])", "np.array([[False]])", "np.array([True, False])", "np.array([])", "np.int64(1)", "np.int64(0)", "np.float64(0)", "np.array(1)",
    "np.array(0.0)", 'np.array("PASS")', "np.nan", 'np.str_("pass")', "np.ma.masked", "np.datetime64('2026-01-01')", 'np.bytes_(b"PASS")', "np.bool_",
]  # fmt: skip

_UNSURE: list[tuple[str, tuple[str, ...]]] = [
    ('BadText("PASS")', (PASS, ERROR)),
    ('BadText("FAIL")', (FAIL, ERROR)),
    # Says of itself that it is a bool.
    ("Liar()", (PASS, ERROR)),
    ('BadItems(outcome="PASS")', (PASS, ERROR)),
    ('BadItems(outcome="FAIL")', (FAIL, ERROR)),
]

WORDS = [Value(source, frozenset({outcome})) for source, outcome in _WORDS + (_NUMPY_WORDS if HAS_NUMPY else [])]
ODD = [
    *(Value(source, frozenset({ERROR}), None) for source in _ODD + (_NUMPY_ODD if HAS_NUMPY else [])),
    *(Value(source, frozenset(outcomes)) for source, outcomes in _UNSURE),
]

_EMPTY_MAPPINGS = [
    "{}", '{"outcome": None}', '{"measurements": None}', '{"measurements": []}', '{"measurements": ()}', '{"note": False}',
    "types.MappingProxyType({})", 'collections.defaultdict(lambda: "FAIL")', "collections.Counter()", "collections.UserDict()",
    "collections.OrderedDict()", "collections.ChainMap({}, {})",
]  # fmt: skip
_ODD_MEASUREMENTS = [
    "3.3", '"voltage"', "True", "False", "0", '{"name": "a", "measured_value": 1}', "(x for x in ())", '{"a"}', "[3.3]", "[None]", '["a"]', "[[]]", '[("name", "a")]',
    "object()", "BadEverything()", "[BadMapping()]", "BadMapping()", "[True]",
]  # fmt: skip


def wrapped(value: Value) -> Value:
    """Returns the mapping whose outcome is `value`."""
    return Value(f'{{"outcome": {value.source}}}', value.outcomes)


def passing(rng: random.Random) -> Value:
    if rng.random() < 0.7:
        return Value(rng.choice(PASSING), frozenset({PASS}))
    if rng.random() < 0.3:
        return Value(rng.choice(_EMPTY_MAPPINGS), frozenset({PASS}))
    value = rng.choice([word for word in WORDS if word.outcomes == {PASS}])
    return wrapped(value) if rng.random() < 0.3 else value


def with_outcome(rng: random.Random, outcome: str) -> Value:
    """Returns one of the ways to say `outcome`."""
    value = rng.choice([word for word in WORDS if word.outcomes == {outcome}])
    return wrapped(value) if rng.random() < 0.3 else value


def odd(rng: random.Random) -> Value:
    """Returns a value that the rule does not know."""
    chance = rng.random()
    if chance < 0.08:
        return Value('{"outcome": {"outcome": "PASS"}}', frozenset({ERROR}))
    if chance < 0.2:
        outcome = rng.choice(
            [
                "",
                '"outcome": "PASS", ',
                '"outcome": "FAIL", ',
                '"outcome": True, ',
                '"outcome": "SKIP", ',
                '"outcome": "RETRY", ',
            ]
        )
        return Value(f'{{{outcome}"measurements": {rng.choice(_ODD_MEASUREMENTS)}}}', frozenset({ERROR}), None)
    value = rng.choice(ODD)
    if chance < 0.35 and "Mapping" not in value.source and "BadItems" not in value.source:
        return wrapped(value)
    return value
