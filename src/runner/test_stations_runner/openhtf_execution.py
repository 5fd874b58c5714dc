"""One execution of an OpenHTF test, told as events."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .openhtf_phases import failure, measurement, phase_plan
from .openhtf_prompts import Prompts
from .places import Place
from .session import Session

# Least time (seconds) between two updates of a measurement with dimensions, which may get thousands of points.
UPDATE_INTERVAL = 0.1


class Attempt:
    """One attempt at a phase."""

    def __init__(self, key: str, name: str, number: int) -> None:
        self.fields: dict[str, object] = {"key": key, "name": name, "attempt": number}
        self.updated: dict[str, float] = {}


class OpenHtfExecution:
    """What happens in one call of `openhtf.Test.execute`."""

    def __init__(self, session: Session, prompts: Prompts, test: Any) -> None:
        self.id: str = test.make_uid()  # OpenHTF's own, so that its loggers and states lead here
        self.pushed = False
        self._session = session
        self._prompts = prompts
        self._test = test
        self._complete = False
        self._aborted = False
        phases = list(test.descriptor.phase_sequence.all_phases())
        self._keys = {id(phase): str(index) for index, phase in enumerate(phases)}
        self._plan = [phase_plan(phase, self._keys[id(phase)], session.files) for phase in phases]
        self._attempts: Counter[str] = Counter()
        self._running: dict[int, Attempt] = {}

    @property
    def procedure_id(self) -> str | None:
        """The script's own."""
        return _text(self._test.descriptor.metadata.get("procedure_id"))

    @contextmanager
    def prepared(self, procedure_id: str | None) -> Iterator[None]:
        """While the test runs, it has this procedure, our execution id, and tells its record before it is pushed."""
        test, metadata = self._test, self._test.descriptor.metadata
        callbacks = test.get_option("output_callbacks")
        before = {key: metadata[key] for key in ("procedure_id",) if key in metadata}
        if procedure_id != self.procedure_id:
            metadata["procedure_id"] = procedure_id
        test.make_uid = lambda: self.id
        callbacks.insert(0, self._record)
        try:
            yield
        finally:
            self._complete = True
            if self._record in callbacks:
                callbacks.remove(self._record)
            del test.make_uid
            metadata.pop("procedure_id", None)
            metadata.update(before)

    def started(self) -> None:
        """Tells the plan."""
        self._send(
            "run_started",
            kind="openhtf",
            name=str(self._test.get_option("name")),
            procedure_id=self.procedure_id,
            part_number=_text(self._test.descriptor.metadata.get("part_number")),
            phases=self._plan,
        )

    def phase_started(self, state: Any) -> None:
        """Args: state: the phase's. OpenHTF's own trigger phase is in no plan and is not told."""
        key = self._keys.get(state.phase_record.descriptor_id)
        if key is not None:
            attempt = Attempt(key, state.name, self._attempts[key])
            self._attempts[key] += 1
            self._running[id(state)] = attempt
            self._send("phase_started", **attempt.fields)

    def measured(self, state: Any, name: str) -> None:
        """Tells a measurement that the running phase has just written."""
        attempt = self._running.get(id(state))
        declared = state.measurements[name]
        now = time.monotonic()
        if attempt is None or (declared.dimensions and now - attempt.updated.get(name, 0) < UPDATE_INTERVAL):
            return
        attempt.updated[name] = now
        self._send("measurement_update", **attempt.fields, measurement=measurement(declared))

    def phase_complete(self, state: Any) -> None:
        """Tells a finished attempt from its record."""
        attempt = self._running.pop(id(state), None)
        if attempt is None:
            return
        record = state.phase_record
        self._send(
            "phase_complete",
            **attempt.fields,
            outcome="ERROR" if record.outcome is None else record.outcome.name,
            start_time_millis=record.start_time_millis,
            end_time_millis=record.end_time_millis or time.time() * 1000,
            measurements=[measurement(declared) for declared in state.measurements.values()],
            failure=failure(record, self._place(attempt), self._aborted, self._session.files),
        )

    def log(self, level: str, message: str, place: Place | None) -> None:
        """Tells a line that the script logged."""
        self._send("phase_log", level=level, message=message, place=place)

    def abort(self, force: bool) -> bool:
        """Ends the running phase; teardown phases run, unless forced."""
        if self._complete:
            return False
        if self._aborted and not force:
            return True  # OpenHTF would take a second abort for a forced one
        first, self._aborted = not self._aborted, True
        threading.Thread(target=self._abort, args=(force, first), name="test-stations-abort", daemon=True).start()
        return True

    def _abort(self, force: bool, first: bool) -> None:
        while self._test.uid is None and not self._complete:
            time.sleep(0.01)  # `execute` is just about to make what can be aborted
        self._prompts.dismiss(self.id)
        self._test.abort_from_sig_int()
        if force and first:
            self._test.abort_from_sig_int()

    def _record(self, record: Any) -> None:
        self._complete = True
        self._session.observe(self._told, record)

    def _told(self, record: Any) -> None:
        ran = {phase.descriptor_id for phase in record.phases} & self._keys.keys()
        self._send(
            "run_complete",
            outcome=record.outcome.name,
            serial_number=_text(record.dut_id),
            start_time_millis=record.start_time_millis,
            end_time_millis=record.end_time_millis,
            outcome_details=[_detail(detail) for detail in record.outcome_details],
            phases_run=len(ran),
        )

    def _place(self, attempt: Attempt) -> Any:
        return next(phase["place"] for phase in self._plan if phase["key"] == attempt.fields["key"])

    def _send(self, event: str, **fields: object) -> None:
        self._session.channel.send(event, execution_id=self.id, **fields)


def _detail(detail: Any) -> str:
    """OpenHTF's own codes (ABORTED, TIMEOUT) say nothing that the description does not; names of exceptions do."""
    code = str(detail.code)
    return str(detail.description) if code.isupper() else f"{code}: {detail.description}"


def _text(value: object) -> str | None:
    return None if value is None else str(value)
