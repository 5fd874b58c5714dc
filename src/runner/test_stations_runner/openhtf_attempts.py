from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from .openhtf_phases import diagnosis, failure, measurement, phase_plan
from .places import Files, Place

# For measurements with dimensions, which may get thousands of points.
_UPDATE_INTERVAL_S = 0.1


class Attempt:
    def __init__(self, key: str, name: str, number: int, diagnosis_count: int) -> None:
        self.key = key
        self.diagnosis_count = diagnosis_count
        self.fields: dict[str, object] = {"key": key, "name": name, "attempt": number}
        self.updated_at: dict[str, float] = {}


class Attempts:
    """Reports the phases of a test execution and the attempts at each, without OpenHTF's own trigger phase."""

    def __init__(self, phases: Iterable[Any], files: Files, send: Callable[..., None]) -> None:
        descriptors = list(phases)
        self._keys = {id(descriptor): str(index) for index, descriptor in enumerate(descriptors)}
        self.plan = [phase_plan(descriptor, self._keys[id(descriptor)], files) for descriptor in descriptors]
        self._files = files
        self._send = send
        self._counts: Counter[str] = Counter()
        self._running: dict[int, Attempt] = {}
        self._reported: list[Any] = []

    def report_started(self, state: Any) -> None:
        key = self._keys.get(state.phase_record.descriptor_id)
        if key is not None:
            diagnosis_count = len(state.test_state.test_record.diagnoses)
            attempt = Attempt(key, state.name, self._counts[key], diagnosis_count)
            self._counts[key] += 1
            self._running[id(state)] = attempt
            unit = state.test_state.test_record.dut_id
            self._send("phase_started", **attempt.fields, serial_number=None if unit is None else str(unit))

    def report_measurement(self, state: Any, name: str) -> None:
        attempt = self._running.get(id(state))
        declared = state.measurements[name]
        now = time.monotonic()
        if attempt is None or (declared.dimensions and now - attempt.updated_at.get(name, 0) < _UPDATE_INTERVAL_S):
            return
        attempt.updated_at[name] = now
        self._send("measurement_update", **attempt.fields, measurement=measurement(declared))

    def report_complete(self, state: Any, is_aborted: bool) -> None:
        attempt = self._running.pop(id(state), None)
        if attempt is None:
            return
        record = state.phase_record
        # Diagnosers of a phase run before it is complete, and no other phase runs at the same time.
        diagnoses = state.test_state.test_record.diagnoses[attempt.diagnosis_count :]
        self._reported += diagnoses
        self._send(
            "phase_complete",
            **attempt.fields,
            outcome="ERROR" if record.outcome is None else record.outcome.name,
            start_time_millis=record.start_time_millis,
            end_time_millis=record.end_time_millis or time.time() * 1000,
            measurements=[measurement(declared) for declared in state.measurements.values()],
            failure=failure(record, self._place(attempt), is_aborted, self._files),
            diagnoses=[diagnosis(each) for each in diagnoses],
        )

    def other_diagnoses(self, record: Any) -> list[dict[str, object]]:
        reported = {id(each) for each in self._reported}
        return [diagnosis(each) for each in record.diagnoses if id(each) not in reported]

    def count_run_phases(self, records: Iterable[Any]) -> int:
        return len({record.descriptor_id for record in records} & self._keys.keys())

    def _place(self, attempt: Attempt) -> Place | None:
        return self.plan[int(attempt.key)]["place"]
