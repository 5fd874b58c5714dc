from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from .plain_calls import PhaseCall, iso
from .verdict import RETRY


class StoredPhases:
    """Writes the calls of a run as phases of the v2 API, in JSON.

    A run is saved after each of its measurements, so that an ended call and a measurement are converted once.
    """

    def __init__(self) -> None:
        # By the position of the call: its name in the run, and what was written.
        self._ended: dict[int, tuple[str, str]] = {}
        # Of the call that is in progress; the measurements are kept, so that they are the same objects.
        self._measurements: list[tuple[dict[str, object], str]] = []

    def write(self, calls: Sequence[PhaseCall], end: float) -> str:
        """Returns all calls. Those with different arguments are phases of different names.

        Args:
            end: The end of calls that are in progress, in milliseconds since 1970.
        """
        kinds = Counter(call.name for call in {(call.name, call.arguments): call for call in calls}.values())
        attempts: Counter[tuple[str, str]] = Counter()
        phases: list[str] = []
        for position, call in enumerate(calls):
            same = (call.name, call.arguments)
            name = call.name if kinds[call.name] == 1 else f"{call.name}({call.shown})"
            known = self._ended.get(position)
            if known is None or known[0] != name:
                text = self._phase(call, name, attempts[same], end)
                if call.outcome is not None:
                    self._ended[position] = (name, text)
            else:
                text = known[1]
            phases.append(text)
            attempts[same] = attempts[same] + 1 if call.outcome == RETRY else 0
        return f"[{', '.join(phases)}]"

    def _phase(self, call: PhaseCall, name: str, retry_count: int, end: float) -> str:
        about = json.dumps(
            {
                "name": name,
                "outcome": call.stored_outcome,
                "started_at": iso(call.start),
                "ended_at": iso(max(call.start, end if call.end is None else call.end)),
                "retry_count": retry_count,
                "docstring": call.docstring,
            }
        )
        return (
            f'{about[:-1]}, "measurements": {self._written([] if call.result is None else call.result.measurements)}}}'
        )

    def _written(self, measurements: Sequence[dict[str, object]]) -> str:
        known = self._measurements
        self._measurements = [
            known[index]
            if index < len(known) and known[index][0] is measurement
            else (measurement, _stored(measurement))
            for index, measurement in enumerate(measurements)
        ]
        return f"[{', '.join(text for _, text in self._measurements)}]"


def _stored(measurement: dict[str, Any]) -> str:
    validators = zip(measurement["validators"], measurement["validator_outcomes"], strict=True)
    return json.dumps(
        {
            "name": measurement["name"],
            "outcome": measurement["outcome"],
            "measured_value": measurement.get("measured_value"),
            "units": measurement["units"],
            "docstring": measurement["docstring"],
            "validators": [{"expression": text, "outcome": outcome} for text, outcome in validators],
        }
    )
