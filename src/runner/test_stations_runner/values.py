from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Union

Json = Union[None, bool, int, float, str, list["Json"], dict[str, "Json"]]

MAX_TEXT = 100_000
MAX_ITEMS = 20_000
MAX_DEPTH = 20
MAX_REPR = 1_000


def to_json(value: object) -> Json:
    """Returns `value` as strict JSON, with "nan", "inf" and "-inf", and with the repr of what JSON does not have."""
    return _Conversion(math.inf).convert(value, 0)


def to_bounded_json(value: object) -> Json:
    """Returns a value of the script as JSON, with containers cut after `MAX_ITEMS` items in all."""
    return _Conversion(MAX_ITEMS).convert(value, 0)


def truncate(text: str, limit: int = MAX_TEXT) -> str:
    note = f"… ({len(text)} characters)"
    return text if len(text) <= limit else text[: limit - len(note)] + note


def safe_text(render: Callable[[Any], str], value: object) -> str:
    """Returns `render(value)`, `render` being `str` or `repr`, which run the script's code and may raise."""
    try:
        return render(value)
    except Exception:
        return f"<{type(value).__name__} without a text form>"


def optional_text(value: object) -> str | None:
    return None if value is None else str(value)


class _Conversion:
    def __init__(self, items: float) -> None:
        self._left = items

    def convert(self, value: object, depth: int) -> Json:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return _valid(truncate(str.__str__(value)))  # also for a member of a str enum
        if isinstance(value, int):
            return int(value) if abs(value) < 2**63 else _repr(value)
        if isinstance(value, float):
            return _float(float(value))
        if depth < MAX_DEPTH:
            if isinstance(value, Mapping):
                return self._mapping(value, depth)
            if isinstance(value, (list, tuple)):
                return self._sequence(value, depth)
        return _repr(value)

    def _sequence(self, items: list[object] | tuple[object, ...], depth: int) -> Json:
        answer: list[Json] = []
        for item in items:
            if self._left <= 0:
                answer.append(f"… ({len(items)} items)")
                break
            self._left -= 1
            answer.append(self.convert(item, depth + 1))
        return answer

    def _mapping(self, items: Mapping[object, object], depth: int) -> Json:
        answer: dict[str, Json] = {}
        for key, item in list(items.items()):
            if self._left <= 0:
                answer["…"] = f"({len(items)} items)"
                break
            self._left -= 1
            answer[_valid(key) if isinstance(key, str) else _repr(key)] = self.convert(item, depth + 1)
        return answer


def _valid(text: str) -> str:
    """Returns the text with the surrogates replaced that Python uses for bytes of file names it cannot decode."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _float(value: float) -> Json:
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return value


def _repr(value: object) -> str:
    if isinstance(value, (bytes, bytearray)) and len(value) > MAX_REPR:
        return f"{bytes(value[:MAX_REPR])!r}… ({len(value)} bytes)"
    try:
        return truncate(repr(value), MAX_REPR)
    except Exception:  # a repr is the script's code, and huge integers have none
        return f"<{type(value).__name__} without a text form>"
