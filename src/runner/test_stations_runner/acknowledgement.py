"""Whose result a push is, and whether an answer acknowledges it.

The extension's upload queue and the server share the rule: a push is a push of a result only if it names the same unit
and the same procedure and does not turn a result that did not pass into a PASS. An answer acknowledges it only if it
comes from the station's server. Retests are runs of their own: two pushes are tries of one only if they are equal and
the script itself dates them.
"""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass
from urllib.parse import urlsplit

URL_VARIABLE = "TOFUPILOT_URL"

_DEFAULT_PORTS = {"http": 80, "https": 443}
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Identity:
    serial_number: str | None
    procedure_ids: tuple[str | None, ...]
    outcome: str
    started_at: float | None = None

    def is_pushed_by(self, push: Identity) -> bool:
        """Returns whether a push that a script has built itself is the push of this result.

        If the push names no unit, the user gives its serial number. A script may lower a PASS, because it knows more
        than its test. It may not raise anything to a PASS: both are saved then.
        """
        return (
            self.serial_number is not None
            and (push.serial_number is None or push.serial_number.casefold() == self.serial_number.casefold())
            and any(_can_name_same_procedure(own, other) for own in self.procedure_ids for other in push.procedure_ids)
            and (push.outcome != "PASS" or self.outcome == "PASS")
        )


class StationServer:
    def __init__(self, accepts_all: bool) -> None:
        self._accepts_all = accepts_all
        self.address = ""
        self._origin: tuple[str, str, int | None] | None = None

    def load_address(self) -> None:
        self.set_address(os.environ.get(URL_VARIABLE, ""))

    def set_address(self, address: str) -> None:
        self.address = address
        self._origin = _origin_of(address)

    def is_target_of(self, url: str) -> bool:
        return self._accepts_all or (self._origin is not None and _origin_of(url) == self._origin)


def _origin_of(url: str) -> tuple[str, str, int | None] | None:
    try:
        parts = urlsplit(url)
        scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
        port = parts.port or _DEFAULT_PORTS.get(scheme)
    except ValueError:
        return None
    return (scheme, "loopback" if host in _LOOPBACK else host, port) if host else None


def _can_name_same_procedure(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other or _is_uuid(one) != _is_uuid(other)


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
