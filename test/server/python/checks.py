"""What the scripts that drive the real v2 client share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def equal(found: Any, expected: Any, what: str) -> None:
    """Fails with both values when they differ."""
    if found != expected:
        raise AssertionError(f"{what}: {found!r} instead of {expected!r}")


def refused(kind: type[Exception], call: Callable[..., Any], *words: str, **given: Any) -> None:
    """Calls what must be refused with exactly this class of exception, and all these words in its text."""
    try:
        call(**given)
    except Exception as error:
        if type(error) is not kind:
            raise AssertionError(f"{type(error).__name__} instead of {kind.__name__}: {error}") from error
        for word in words:
            if word not in str(error).lower():
                raise AssertionError(f"{word!r} is not in {error}") from error
        return
    raise AssertionError(f"Not refused with {kind.__name__}: {words}")
