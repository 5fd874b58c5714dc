from __future__ import annotations

import inspect
import json
import mimetypes
import os
import sys
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from .pending_uploads import Result
from .plain_pushed_phases import PushedPhase, fields_of, millis, phases_of
from .script import script_name
from .session import Session
from .values import optional_text


@dataclass
class PushedRun:
    """A run that a plain script pushes by a client, reported as a whole because it is over when it is known."""

    outcome: str
    serial_number: object
    part_number: object
    phases: list[PushedPhase]
    started_at: object = None
    ended_at: object = None
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    is_pushed: bool = False
    failure: tuple[int | None, str] | None = None
    # Paths of attachments.
    files: tuple[str, ...] = ()

    @property
    def own_serial_number(self) -> str | None:
        return optional_text(self.serial_number)

    @property
    def is_dated(self) -> bool:
        return millis(self.started_at) is not None or any(phase.is_dated for phase in self.phases)

    def result(self, kind: str, body: bytes) -> Result:
        return Result(
            self.id,
            kind,
            body,
            serial_number=optional_text(self.serial_number),
            outcome=self.outcome,
            started_at=self._times()[0],
            attachments=[_attachment(path) for path in self.files if os.path.isfile(path)],
        )

    def report(self, session: Session, procedure_id: str | None) -> None:
        functions = vars(sys.modules["__main__"])
        plan = [phase.plan(_place(session, functions.get(phase.name))) for phase in self.phases]
        send = session.channel.send
        send(
            "run_started",
            execution_id=self.id,
            kind="vanilla",
            name=script_name(),
            procedure_id=procedure_id,
            part_number=optional_text(self.part_number),
            phases=plan,
        )
        for phase in self.phases:
            send("phase_complete", execution_id=self.id, **phase.completed())
        start, end = self._times()
        send(
            "run_complete",
            execution_id=self.id,
            outcome=self.outcome,
            serial_number=optional_text(self.serial_number),
            start_time_millis=start,
            end_time_millis=end,
            outcome_details=[],
            phases_run=len(self.phases),
        )

    def _times(self) -> tuple[float, float]:
        """Returns start and end in milliseconds; those of the phases where the script names none."""
        now = time.time() * 1000
        start = millis(self.started_at) or min((phase.start for phase in self.phases), default=now)
        if isinstance(self.ended_at, timedelta):
            return start, start + self.ended_at.total_seconds() * 1000
        return start, millis(self.ended_at) or max((phase.end for phase in self.phases), default=now)


class PushedReport:
    """A run that a script creates from the file of an OpenHTF report of its own."""

    def __init__(self, report: bytes) -> None:
        fields = json.loads(report)
        self.id = uuid.uuid4().hex
        self.is_pushed = False
        self.failure: tuple[int | None, str] | None = None
        self.serial_number = optional_text(fields["dut_id"])
        self.started_at = float(fields["start_time_millis"])
        self._outcome = str(fields["outcome"])

    def result(self, kind: str, body: bytes) -> Result:
        return Result(self.id, kind, body, self.serial_number, self._outcome, self.started_at)


def v1_run(call: Mapping[str, Any]) -> PushedRun:
    unit = fields_of(call.get("unit_under_test"))
    return PushedRun(
        outcome="PASS" if call.get("run_passed") else "FAIL",
        serial_number=unit.get("serial_number"),
        part_number=unit.get("part_number"),
        phases=phases_of(call.get("phases")),
        started_at=call.get("started_at"),
        ended_at=call.get("duration"),
        files=tuple(str(path) for path in call.get("attachments") or ()),
    )


def v2_run(call: Mapping[str, Any]) -> PushedRun:
    return PushedRun(
        outcome=str(call.get("outcome")),
        serial_number=call.get("serial_number"),
        part_number=call.get("part_number"),
        phases=phases_of(call.get("phases")),
        started_at=call.get("started_at"),
        ended_at=call.get("ended_at"),
    )


def _attachment(path: str) -> tuple[str, str, bytes]:
    with open(path, "rb") as file:
        mimetype = mimetypes.guess_type(path)[0] or "application/octet-stream"
        return os.path.basename(path), mimetype, file.read()


def _place(session: Session, function: object) -> object:
    return session.files.definition(function) if inspect.isfunction(function) else None
