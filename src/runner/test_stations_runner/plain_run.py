from __future__ import annotations

import inspect
import json
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .acknowledgement import Identity
from .debugging import untraced
from .failures import Failure, describe
from .pending_uploads import Result
from .places import Place
from .plain_calls import (
    PhaseCall,
    PhaseFunction,
    error_log,
    failure_logs,
    iso,
    optional_safe_text,
    reasons,
    texts_of,
)
from .script import script_name
from .session import Session
from .stored_phases import StoredPhases
from .verdict import ABORTED, ERROR, RETRY, Ending, PhaseResult, outcome_of_run, result_of_answer

# Saving takes up to this share of the time of a run, after the first moment.
_SAVING_SHARE, _FIRST_SAVING_S = 0.01, 0.02
# On a disk that is slow, or was once, a process that dies would otherwise lose the measurements of minutes.
_LONGEST_WAIT_S = 5.0


@dataclass(frozen=True)
class Unit:
    argument: str | None
    variable: str | None

    @staticmethod
    def named_by(argument: object, variables: Mapping[str, object]) -> Unit:
        return Unit(optional_safe_text(argument) or None, _text_in(variables, "SERIAL_NUMBER"))

    @property
    def serial_number(self) -> str | None:
        return self.argument or self.variable


class PlainRun:
    """One run of a plain script: one unit under test, from its first phase to the result on disk. It is thread-safe."""

    def __init__(
        self,
        session: Session,
        first: PhaseFunction,
        unit: Unit,
        functions: Sequence[PhaseFunction],
        variables: Mapping[str, object],
    ) -> None:
        """Asks the host for what the script does not name; raises SystemExit if the user cancels the test.

        Args:
            variables: Those of the script's module, with `PROCEDURE_ID` and `PART_NUMBER`.
        """
        self.id = uuid.uuid4().hex
        self.thread = threading.current_thread()
        self.is_pushed = False
        self.failure: tuple[int | None, str] | None = None
        self.is_closed = False
        self.ending = Ending.NATURAL
        self._why: str | None = None
        self._session = session
        self._first = first
        self._unit = unit
        self._functions = list(functions)
        self._calls: list[PhaseCall] = []
        self._stored = StoredPhases()
        self._lock = threading.RLock()
        # On the monotonic clock.
        self._begun = time.monotonic()
        # How long the run has waited for the disk until now.
        self._saving_s = 0.0
        self._next_save: threading.Timer | None = None
        self._own_procedure_id = _text_in(variables, "PROCEDURE_ID")
        self._procedure_id = session.procedures.choose(self.id, self._own_procedure_id, needs_id=True)
        self._serial_number = session.serial_numbers.choose(self.id, unit.serial_number)
        self._part_number = session.part_numbers.choose(self.id, _text_in(variables, "PART_NUMBER"))
        self._start = time.time() * 1000
        session.executions.add(self)

    def report_started(self) -> None:
        self._report(
            "run_started",
            kind="vanilla",
            name=script_name(),
            procedure_id=self._procedure_id,
            part_number=self._part_number,
            phases=[
                {"key": str(index), "name": phase.name, "docstring": phase.docstring, "place": self._place(phase)}
                for index, phase in self._planned()
            ],
        )

    def is_ended_by(self, phase: PhaseFunction, arguments: inspect.BoundArguments | None, unit: Unit) -> bool:
        with self._lock:
            if phase.name != self._first.name:
                return False
            if unit.serial_number != self._unit.serial_number:
                return True
            identity = texts_of(arguments)[0]
            same_calls = [call for call in self._calls if call.name == phase.name and call.arguments == identity]
            if same_calls:
                return same_calls[-1].outcome != RETRY
            is_channel = unit.serial_number is not None and all(call.name == phase.name for call in self._calls)
            return not is_channel

    def includes_call_of_thread(self, phase: PhaseFunction, unit: Unit) -> bool:
        """Returns whether a call in a thread that was started during the run is part of the run."""
        if self.is_closed or phase.name == self._first.name:
            return False
        names_other_unit = unit.argument is not None and unit.argument != self._unit.serial_number
        return not names_other_unit and unit.variable == self._unit.variable

    def call(
        self,
        phase: PhaseFunction,
        arguments: inspect.BoundArguments | None,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        call = self.begin(phase, arguments)
        try:
            answer = phase.function(*args, **kwargs)
        except BaseException as error:
            failure = describe(error, error.__traceback__, self._session.files)
            self.finish(call, PhaseResult(ERROR), {**failure, "place": failure["place"] or call.place})
            raise
        try:
            result = result_of_answer(phase.name, answer)
        except BaseException as error:  # such as SystemExit, raised by the value itself, or a stop
            problem = f"Phase {phase.name} returned a value that cannot be read: {type(error).__name__}"
            result = PhaseResult(ERROR, problem=problem)
            if self._session.control.is_stopping:
                self.finish(call, result, _failure_of(result, call.place))
                raise
        self.finish(call, result, _failure_of(result, call.place))
        return answer

    def set_ending(self, ending: Ending, why: str) -> None:
        """Sets how the run will have ended when it is closed; a stop takes precedence over an exception."""
        with self._lock:
            if self.ending is Ending.NATURAL or ending is Ending.STOPPED:
                self.ending, self._why = ending, why

    def close(self) -> None:
        with self._lock:
            if self.is_closed:
                return
            self.is_closed = True
            if self._next_save is not None:
                self._next_save.cancel()
            end = time.time() * 1000
            outcome = self.outcome
            if self.is_pushed and outcome != "PASS":
                # The script pushed the run by a client, and called further phases that did not pass.
                self.id, self.is_pushed = uuid.uuid4().hex, False
            if not self.is_pushed:
                self._session.observe(self._save, end)
            self._report(
                "run_complete",
                outcome=outcome,
                partial_outcome=self._partial_outcome,
                serial_number=self._serial_number,
                start_time_millis=self._start,
                end_time_millis=end,
                outcome_details=self._reasons(),
                phases_run=len(self._calls),
            )
        self._session.observe(self._session.handover.test_finished, self)

    def save_progress(self, is_urgent: bool = False) -> None:
        """Saves what is known so far: the process may die before the run ends.

        Args:
            is_urgent: Whether it is saved at once. Otherwise, a run that would wait for the disk for too much of its
                time saves a moment later, of up to 5 seconds.
        """
        with self._lock:
            if self.is_closed or self.is_pushed:
                return
            start = time.monotonic()
            wait_s = (self._saving_s - _FIRST_SAVING_S) / _SAVING_SHARE - (start - self._begun)
            if wait_s > 0 and not is_urgent and self._is_saved_later(min(wait_s, _LONGEST_WAIT_S)):
                return
            self._session.observe(self._save, time.time() * 1000)
            self._saving_s += time.monotonic() - start

    def reset_after_fork(self) -> None:
        """Frees the run in a forked process, which does not have the thread that may have locked it."""
        self._lock = threading.RLock()

    def _is_saved_later(self, wait_s: float) -> bool:
        if self._next_save is None:
            timer = threading.Timer(wait_s, self._save_now)
            timer.daemon = True
            try:
                untraced(timer).start()
            except RuntimeError:  # the process is ending, and starts no thread any more
                return False
            self._next_save = timer
        return True

    def _save_now(self) -> None:
        with self._lock:
            self._next_save = None
            self.save_progress(is_urgent=True)

    @property
    def outcome(self) -> str:
        return self._outcome_after(self.ending)

    @property
    def identity(self) -> Identity:
        return Identity(self._serial_number, (self._own_procedure_id, self._procedure_id), self.outcome)

    def result(self, kind: str, body: bytes) -> Result:
        return Result(self.id, kind, body, self._serial_number, self._outcome_so_far, self._start)

    @property
    def _outcome_so_far(self) -> str:
        ending = self.ending
        # The process of an open run may die, which is not a natural end.
        return self._outcome_after(Ending.BROKEN if not self.is_closed and ending is Ending.NATURAL else ending)

    def _outcome_after(self, ending: Ending) -> str:
        # A partial run says nothing about the unit as a whole.
        return ABORTED if self._session.choice is not None else outcome_of_run(self._calls, ending)

    @property
    def outcome_of_calls(self) -> str:
        """The outcome of what has run; in a partial run, `outcome` says nothing about it."""
        return outcome_of_run(self._calls, self.ending)

    def _planned(self) -> list[tuple[int, PhaseFunction]]:
        names = [phase.chosen_by for phase in self._functions]
        choice = self._session.choice
        indexes = range(len(names)) if choice is None else choice.indexes_in(names)
        return [(index, self._functions[index]) for index in indexes]

    @property
    def _partial_outcome(self) -> str | None:
        return None if self._session.choice is None else self.outcome_of_calls

    def _reasons(self) -> list[str]:
        choice = self._session.choice
        partial = [] if choice is None else [f"{choice.sentence} Its outcome: {self._partial_outcome}."]
        return [*partial, *reasons(self._calls, self._why)]

    def begin(self, phase: PhaseFunction, arguments: inspect.BoundArguments | None) -> PhaseCall:
        identity, shown = texts_of(arguments)
        with self._lock:
            same_phase = [call for call in self._calls if call.name == phase.name]
            others = list(dict.fromkeys(call.arguments for call in same_phase))
            index = others.index(identity) if identity in others else len(others)
            name = phase.name if index == 0 else f"{phase.name}({shown})"
            call = PhaseCall(
                phase.name,
                identity,
                shown=shown,
                key=self._key(phase) if index == 0 else f"{self._key(phase)}.{index}",
                attempt=sum(call.arguments == identity for call in same_phase),
                start=time.time() * 1000,
                docstring=phase.docstring,
                place=self._place(phase),
            )
            self._calls.append(call)
            self.save_progress()
            call.start = time.time() * 1000
        self._report(
            "phase_started",
            key=call.key,
            name=name,
            attempt=call.attempt,
            serial_number=self._serial_number,
        )
        return call

    def report_measurement(self, call: PhaseCall, measurement: dict[str, object]) -> None:
        with self._lock:
            before = [] if call.result is None else call.result.measurements
            call.result = PhaseResult(ERROR, [*before, measurement])
            self.save_progress()
        self._report(
            "measurement_update",
            key=call.key,
            name=call.name,
            attempt=call.attempt,
            measurement=_in_contract(measurement),
        )

    def finish(self, call: PhaseCall, result: PhaseResult, failure: Failure | None) -> None:
        with self._lock:
            call.end = time.time() * 1000
            call.result, call.failure, call.outcome = result, failure, result.outcome
            self.save_progress()
        self._report(
            "phase_complete",
            key=call.key,
            name=call.name if "." not in call.key else f"{call.name}({call.shown})",
            attempt=call.attempt,
            outcome=call.stored_outcome,
            start_time_millis=call.start,
            end_time_millis=call.end,
            measurements=[_in_contract(measurement) for measurement in result.measurements],
            failure=failure,
        )

    def _save(self, end: float) -> None:
        is_final = self.is_closed
        why = self._reasons() if is_final else ["The script's process ended in the middle of the run."]
        body: dict[str, object] = {
            "procedure_id": self._procedure_id,
            "serial_number": self._serial_number,
            "outcome": self._outcome_so_far,
            "started_at": iso(self._start),
            "ended_at": iso(max(self._start, end)),
            "logs": [
                *(log for call in self._calls for log in call.logs),
                *failure_logs(self._calls),
                *(error_log(end, reason, None) for reason in why),
            ],
        }
        if self._part_number is not None:
            body["part_number"] = self._part_number
        # A final result comes from the calls themselves, never from what was saved during the run.
        stored = StoredPhases() if is_final else self._stored
        written = f'{json.dumps(body)[:-1]}, "phases": {stored.write(self._calls, end)}}}'
        self._session.pending_uploads.save(self.result("v2", written.encode()), is_final=is_final)

    def _key(self, phase: PhaseFunction) -> str:
        numbers = (str(index) for index, planned in enumerate(self._functions) if planned is phase)
        return next(numbers, phase.name)

    def _place(self, phase: PhaseFunction) -> Place | None:
        return phase.place or self._session.files.definition(phase.function)

    def _report(self, event: str, **fields: object) -> None:
        self._session.observe(self._session.channel.send, event, execution_id=self.id, **fields)


def _failure_of(result: PhaseResult, place: Place | None) -> Failure | None:
    if result.problem is None:
        return None
    return Failure(
        type="InvalidPhaseResult", message=result.problem, traceback=result.problem, place=place, missing_module=None
    )


def _in_contract(measurement: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in measurement.items() if name != "validator_outcomes"}


def _text_in(variables: Mapping[str, object], name: str) -> str | None:
    return optional_safe_text(variables.get(name)) or None
