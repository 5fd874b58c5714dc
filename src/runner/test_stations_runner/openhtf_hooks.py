from __future__ import annotations

import functools
import inspect
import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from .debugging import kill_outside_of_debugger, wait_for_phases
from .lineage import call_after_fork
from .openhtf_execution import OpenHtfExecution
from .openhtf_prompts import Prompts
from .session import Session
from .settings import Mode


class OpenHtf:
    def __init__(self, session: Session, prompts: Prompts) -> None:
        self._session = session
        self._prompts = prompts
        self._executions: dict[str, OpenHtfExecution] = {}
        call_after_fork(self._executions.clear)

    def patch(self, openhtf: Any) -> None:
        state: Any = sys.modules["openhtf.core.test_state"]
        self._patch_execute(openhtf.Test)
        self._patch_phases(state.TestState)
        if self._session.choice is not None:
            self._patch_outcome(state.TestState, sys.modules["openhtf.core.test_record"].Outcome.ABORTED)
        self._patch_measurements(state.PhaseState)
        folder = os.path.dirname(openhtf.__file__) + os.sep
        self._silence_aborts(sys.modules["openhtf.util.threads"])
        if self._session.mode is Mode.DEBUG:
            wait_for_phases(sys.modules["openhtf.core.phase_executor"])
            kill_outside_of_debugger(sys.modules["openhtf.util.threads"])
        logging.getLogger("openhtf").addHandler(_PhaseLogs(self._session, self._executions, folder))

    def _silence_aborts(self, threads: Any) -> None:
        original = threading.excepthook

        def excepthook(args: threading.ExceptHookArgs, /) -> None:
            if not (self._session.control.is_stopping and issubclass(args.exc_type, threads.ThreadTerminationError)):
                original(args)

        threading.excepthook = excepthook

    def _patch_execute(self, test_class: Any) -> None:
        original = test_class.execute
        signature = inspect.signature(original)
        session = self._session

        @functools.wraps(original)
        def execute(test: Any, *args: Any, **kwargs: Any) -> Any:
            session.control.exit_if_stopping()
            session.observe(session.handover.hand_over_thread)
            execution = OpenHtfExecution(session, self._prompts, test)
            if not execution.has_phases_to_run:
                print(f"Test Stations: the test {test.get_option('name')} has none of the chosen phases.")
                return False
            procedure_id = session.procedures.choose(execution.id, execution.procedure_id)
            part_number = session.part_numbers.choose(execution.id, execution.part_number)
            call = signature.bind(test, *args, **kwargs)
            without_unit = call.arguments.get("test_start") is None and not execution.has_own_serial_number
            if session.serial_numbers.should_ask or without_unit:
                number = session.serial_numbers.choose(execution.id, None)
                if number is not None:
                    call.arguments["test_start"] = lambda: number
            with ExitStack() as stack:
                stack.enter_context(session.control.running(execution))
                stack.enter_context(session.executions.testing(execution))
                stack.enter_context(execution.prepared(procedure_id=procedure_id, part_number=part_number))
                stack.callback(self._executions.pop, execution.id)
                stack.callback(session.observe, session.handover.test_finished, execution)
                self._executions[execution.id] = execution
                session.observe(execution.report_started)
                return original(*call.args, **call.kwargs)

        test_class.execute = execute

    def _patch_phases(self, state_class: Any) -> None:
        original = state_class.running_phase_context
        session = self._session

        @functools.wraps(original)
        @contextmanager
        def running_phase_context(test_state: Any, *args: Any, **kwargs: Any) -> Iterator[Any]:
            execution = self._executions.get(test_state.execution_uid)
            if execution is None:
                with original(test_state, *args, **kwargs) as phase_state:
                    yield phase_state
                return
            entered_state = None
            try:
                with original(test_state, *args, **kwargs) as phase_state:
                    entered_state = phase_state
                    session.observe(execution.attempts.report_started, phase_state)
                    yield phase_state
            finally:
                if entered_state is not None:
                    session.observe(execution.attempts.report_complete, entered_state, execution.is_aborted)

        state_class.running_phase_context = running_phase_context

    def _patch_outcome(self, state_class: Any, aborted: Any) -> None:
        """Ends partial runs as ABORTED, whatever their phases give: they say nothing about the unit as a whole."""
        original = state_class._finalize

        @functools.wraps(original)
        def _finalize(test_state: Any, outcome: Any) -> None:
            execution = self._executions.get(test_state.execution_uid)
            if execution is not None and not test_state.is_finalized:
                self._session.observe(execution.mark_partial, test_state.test_record, outcome)
            original(test_state, aborted)

        state_class._finalize = _finalize

    def _patch_measurements(self, phase_state_class: Any) -> None:
        original = phase_state_class._notify

        @functools.wraps(original)
        def _notify(phase_state: Any, measurement_name: str) -> None:
            original(phase_state, measurement_name)
            execution = self._executions.get(phase_state.test_state.execution_uid)
            if execution is not None:
                self._session.observe(execution.attempts.report_measurement, phase_state, measurement_name)

        phase_state_class._notify = _notify


class _PhaseLogs(logging.Handler):
    def __init__(self, session: Session, executions: dict[str, OpenHtfExecution], openhtf_folder: str) -> None:
        super().__init__()
        self._session = session
        self._executions = executions
        self._openhtf_folder = openhtf_folder

    def handle(self, record: logging.LogRecord) -> bool:
        self.emit(record)  # without the handler's lock, which an abort of the logging thread could leave acquired
        return True

    def emit(self, record: logging.LogRecord) -> None:
        name = record.name.partition(".test_record.")[2]
        execution = self._executions.get(name.partition(".")[0])
        scope = name.partition(".")[2]
        if (
            execution is not None
            and scope.startswith(("phase.", "plug."))
            and not record.pathname.startswith(self._openhtf_folder)
        ):
            place = self._session.files.users_place([(record.pathname, record.lineno)])
            self._session.observe(execution.report_log, record.levelname, self.format(record), place)
