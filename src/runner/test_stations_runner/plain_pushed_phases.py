from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .values import optional_text, to_bounded_json
from .verdict import limits_text, units_text

PHASE_OUTCOMES = ("PASS", "FAIL", "SKIP", "ERROR")


@dataclass
class PushedPhase:
    key: str
    name: str
    attempt: int
    outcome: str
    start: float
    end: float
    docstring: str | None
    measurements: list[dict[str, object]]
    is_dated: bool = False

    def plan(self, place: object) -> dict[str, object]:
        return {"key": self.key, "name": self.name, "docstring": self.docstring, "place": place}

    def completed(self) -> dict[str, object]:
        return {
            "key": self.key,
            "name": self.name,
            "attempt": self.attempt,
            "outcome": self.outcome,
            "start_time_millis": self.start,
            "end_time_millis": self.end,
            "measurements": self.measurements,
            "failure": None,
        }


def phases_of(phases: object) -> list[PushedPhase]:
    """Reads the clients' list of phases. Phases that the server will refuse are reported as far as they can be read."""
    given = phases if isinstance(phases, (list, tuple)) else []
    return [_phase(str(index), fields_of(phase)) for index, phase in enumerate(given)]


def fields_of(given: object) -> Mapping[str, Any]:
    """Returns a mapping as it is, and the fields of a model of the v2 client."""
    if isinstance(given, Mapping):
        return given
    dump = getattr(given, "model_dump", None)
    return dump() if callable(dump) else {}


def millis(value: object) -> float | None:
    """Returns a time of v1 (milliseconds) or v2 (datetime, ISO text) in milliseconds since 1970; None: not a time."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.replace("Z", "+00:00"))
        except ValueError:
            return None
    if isinstance(value, datetime):
        return value.timestamp() * 1000
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _phase(key: str, phase: Mapping[str, Any]) -> PushedPhase:
    outcome = _word(phase.get("outcome"))
    now = time.time() * 1000
    given_start = millis(phase.get("start_time_millis", phase.get("started_at")))
    start = given_start or now
    retries = phase.get("retry_count")
    return PushedPhase(
        key=key,
        name=str(phase.get("name")),
        attempt=retries if isinstance(retries, int) else 0,
        outcome=outcome if outcome in PHASE_OUTCOMES else "ERROR",
        start=start,
        end=millis(phase.get("end_time_millis", phase.get("ended_at"))) or start,
        docstring=optional_text(phase.get("docstring")),
        measurements=[_measurement(fields_of(measurement)) for measurement in phase.get("measurements") or ()],
        is_dated=given_start is not None,
    )


def _measurement(given: Mapping[str, Any]) -> dict[str, object]:
    measurement: dict[str, object] = {
        "name": str(given.get("name")),
        "outcome": _word(given.get("outcome")) or "UNSET",
        "units": units_text(given.get("units")),
        "validators": _validators(given),
        "docstring": optional_text(given.get("docstring")),
    }
    if given.get("measured_value") is not None:
        measurement["measured_value"] = to_bounded_json(given["measured_value"])
    return measurement


def _validators(given: Mapping[str, Any]) -> list[str]:
    lower, upper = given.get("lower_limit"), given.get("upper_limit")
    limits = [] if lower is None and upper is None else [limits_text(lower, upper)]
    return [*limits, *(_validator(validator) for validator in given.get("validators") or ())]


def _validator(given: object) -> str:
    fields = fields_of(given)
    if not fields:
        return str(given)
    return str(fields.get("expression") or f"x {fields.get('operator')} {fields.get('expected_value')!r}")


def _word(value: object) -> str:
    return str.__str__(value) if isinstance(value, str) else ""
