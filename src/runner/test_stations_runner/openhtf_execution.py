from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from .acknowledgement import Identity
from .debugging import untraced
from .openhtf_attempts import Attempts
from .openhtf_choice import ChosenPhases
from .openhtf_phases import NO_SERIAL_NUMBER, PhasePlan, add_docstring, sets_serial_number
from .openhtf_prompts import Prompts
from .pending_uploads import Result, attachments_of, report_of
from .places import Place
from .session import Session
from .values import optional_text


class OpenHtfExecution:
    """One call of `openhtf.Test.execute`, reported as events."""

    def __init__(self, session: Session, prompts: Prompts, test: Any) -> None:
        self.id: str = test.make_uid()  # OpenHTF's own id is part of the names of its loggers and states
        self.is_pushed = False
        self.failure: tuple[int | None, str] | None = None
        self._finished_record: Any = None
        self._partial_outcome: str | None = None
        self._session = session
        self._prompts = prompts
        self._test = test
        self._is_complete = False
        self.is_aborted = False
        self._procedure_ids: tuple[str | None, ...] = (self.procedure_id,)
        sequence = test.descriptor.phase_sequence
        self._chosen = None if session.choice is None else ChosenPhases(sequence, session.choice)
        self.attempts = Attempts(sequence.all_phases(), session.files, self._send)

    @property
    def has_phases_to_run(self) -> bool:
        return self._chosen is None or bool(self._chosen.ids)

    @property
    def procedure_id(self) -> str | None:
        return optional_text(self._test.descriptor.metadata.get("procedure_id"))

    @property
    def part_number(self) -> str | None:
        return optional_text(self._test.descriptor.metadata.get("part_number"))

    @property
    def has_own_serial_number(self) -> bool:
        if self._test.get_option("default_dut_id") != NO_SERIAL_NUMBER:
            return True
        return any(map(sets_serial_number, self._test.descriptor.phase_sequence.all_phases()))

    @property
    def identity(self) -> Identity | None:
        record = self._finished_record
        if record is None:
            return None
        return Identity(
            optional_text(record.dut_id), self._procedure_ids, _outcome_of(record), started_at=record.start_time_millis
        )

    @contextmanager
    def prepared(self, **given: str | None) -> Iterator[None]:
        """Lets the test run under this id and with `given` metadata, and reports its record before it is pushed."""
        test, metadata = self._test, self._test.descriptor.metadata
        callbacks = test.get_option("output_callbacks")
        before = {key: metadata[key] for key in given if key in metadata}
        self._procedure_ids = (self.procedure_id, given.get("procedure_id"))
        metadata.update({key: value for key, value in given.items() if value != optional_text(metadata.get(key))})
        for phase in test.descriptor.phase_sequence.all_phases():
            self._session.observe(add_docstring, phase)
        test.make_uid = lambda: self.id
        callbacks.insert(0, self._handle_record)
        try:
            with nullcontext() if self._chosen is None else self._chosen.without_others():
                yield
        finally:
            self._is_complete = True
            if self._handle_record in callbacks:
                callbacks.remove(self._handle_record)
            vars(test).pop("make_uid", None)
            for key in given:
                metadata.pop(key, None)
            metadata.update(before)

    def report_started(self) -> None:
        self._send(
            "run_started",
            kind="openhtf",
            name=str(self._test.get_option("name")),
            procedure_id=self.procedure_id,
            part_number=self.part_number,
            phases=self._plan(),
        )

    def mark_partial(self, record: Any, outcome: Any) -> None:
        """Says first of all in the record that only some phases have run, and how they ended."""
        if self._session.choice is not None and self._chosen is not None:
            has_passed = outcome.name != "PASS" or self._chosen.has_passed(record.phases)
            self._partial_outcome = str(outcome.name) if has_passed else "ERROR"
            sentence = f"{self._session.choice.sentence} Its outcome: {self._partial_outcome}."
            record.add_outcome_details("PARTIAL", sentence)
            record.outcome_details.insert(0, record.outcome_details.pop())

    def report_log(self, level: str, message: str, place: Place | None) -> None:
        self._send("phase_log", level=level, message=message, place=place)

    def abort(self, force: bool) -> bool:
        """Ends the running phase; teardown phases run, unless forced."""
        if self._is_complete:
            return False
        if self.is_aborted and not force:
            return True  # OpenHTF treats a second abort as a forced one
        first, self.is_aborted = not self.is_aborted, True
        abort = threading.Thread(target=self._abort, args=(force, first), name="test-stations-abort", daemon=True)
        untraced(abort).start()
        return True

    def _abort(self, force: bool, first: bool) -> None:
        while self._test.uid is None and not self._is_complete:
            time.sleep(0.01)  # `execute` is about to create the executor that can be aborted
        self._prompts.dismiss(self.id)
        self._test.abort_from_sig_int()
        if force and first:
            self._test.abort_from_sig_int()
        while not self._is_complete:
            self._stop_late_phase()
            time.sleep(0.1)

    def _stop_late_phase(self) -> None:
        """Stops a phase that began after the abort: OpenHTF forgets an abort just before it starts a phase."""
        executor = self._test._executor
        thread = getattr(getattr(executor, "_phase_exec", None), "_current_phase_thread", None)
        # A phase that was ended already may be cleaning up, which must not be interrupted.
        if thread is not None and thread.is_alive() and not thread._killed.is_set():
            executor._stop_phase_executor()

    def result(self, kind: str, body: bytes) -> Result:
        record = self._finished_record
        return Result(
            self.id,
            kind,
            body,
            serial_number=None if record is None else optional_text(record.dut_id),
            outcome="ERROR" if record is None else _outcome_of(record),
            started_at=0 if record is None else record.start_time_millis,
            attachments=[] if record is None else attachments_of(record),
        )

    def _handle_record(self, record: Any) -> None:
        self._is_complete = True
        self._finished_record = record
        self._session.observe(self._save, record)
        self._session.observe(self._report_complete, record)

    def _save(self, record: Any) -> None:
        self._session.pending_uploads.save(self.result("openhtf", report_of(record)))

    def _report_complete(self, record: Any) -> None:
        self._send(
            "run_complete",
            outcome=_outcome_of(record),
            partial_outcome=self._partial_outcome,
            serial_number=optional_text(record.dut_id),
            start_time_millis=record.start_time_millis,
            end_time_millis=record.end_time_millis,
            outcome_details=[_detail(detail) for detail in record.outcome_details],
            phases_run=self.attempts.count_run_phases(record.phases),
            diagnoses=self.attempts.other_diagnoses(record),
        )

    def _plan(self) -> list[PhasePlan]:
        phases = self._test.descriptor.phase_sequence.all_phases()
        planned = zip(phases, self.attempts.plan, strict=True)
        return [plan for phase, plan in planned if self._chosen is None or id(phase) in self._chosen.ids]

    def _send(self, event: str, **fields: object) -> None:
        self._session.channel.send(event, execution_id=self.id, **fields)


def _outcome_of(record: Any) -> str:
    # OpenHTF sets no outcome when its own end of the test fails.
    return "ERROR" if record.outcome is None else str(record.outcome.name)


def _detail(detail: Any) -> str:
    # OpenHTF's own codes, such as TIMEOUT, only repeat the description; names of exceptions do not.
    code = str(detail.code)
    return str(detail.description) if code.isupper() else f"{code}: {detail.description}"
