"""Runs a file under pytest and follows it. Nothing is installed into the user's environment.

Each test is a phase. `docs/how-to/pytest.md` states the rules for users.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, TypeVar

from .control import STOPPED, interrupt
from .failures import describe
from .plain_runs import PlainRuns
from .pytest_phases import PytestUnits
from .session import Session
from .test_phase import TestPhase
from .verdict import ERROR, FAIL, PASS, SKIP

F = TypeVar("F", bound=Callable[..., Any])

_USAGE_ERROR, _NO_TESTS = 4, 5


def run_pytest(session: Session, runs: PlainRuns, path: str, arguments: list[str]) -> int:
    """Runs the tests of a file, and returns the exit code of pytest."""
    pytest: Any = importlib.import_module("pytest")
    units, teardown = PytestUnits(runs), _Teardown()
    plugin = _plugin(pytest, session, units, teardown)
    try:
        with session.control.running(teardown):
            # Output appears as the tests print it, and tests may ask for input.
            code = int(pytest.main(["--capture=no", path, *arguments], plugins=[plugin]))
    except BaseException as error:
        units.break_passing_runs(f"pytest was ended by {type(error).__name__}.")
        raise
    if session.control.is_stopping:
        return STOPPED
    if code not in (_USAGE_ERROR, _NO_TESTS):
        units.break_passing_runs(f"pytest ended with exit code {code}." if code != 0 else None)
    return code


class _Teardown:
    """Directs a stop: it interrupts a test, and lets a teardown that has begun come to its end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._depth = 0

    def abort(self, force: bool) -> bool:
        with self._lock:
            if force or self._depth == 0:
                interrupt()
        return True

    @contextmanager
    def in_progress(self) -> Iterator[None]:
        with self._lock:
            self._depth += 1
        try:
            yield
        finally:
            with self._lock:
                self._depth -= 1


def _plugin(pytest: Any, session: Session, units: PytestUnits, teardown: _Teardown) -> object:
    hook: Callable[..., Callable[[F], F]] = pytest.hookimpl
    fixture: Callable[[F], F] = pytest.fixture

    class Plugin:
        def __init__(self) -> None:
            self._phase: TestPhase | None = None

        def pytest_configure(self, config: Any) -> None:
            if getattr(config.option, "numprocesses", None):
                raise pytest.UsageError("Test Stations cannot follow tests in processes of pytest-xdist: remove -n.")

        @hook(trylast=True)
        def pytest_collection_modifyitems(self, config: Any, items: list[Any]) -> None:
            choice = session.choice
            if choice is None:
                return
            chosen = units.indexes_chosen(choice, items)
            config.hook.pytest_deselected(items=[item for index, item in enumerate(items) if index not in chosen])
            items[:] = [items[index] for index in chosen]

        def pytest_collection_finish(self, session: Any) -> None:
            units.plan(session.items)

        def pytest_exception_interact(self, node: Any, call: Any, report: Any) -> None:
            if report.when == "collect":
                error = call.excinfo.value
                cause = error.__cause__ or error
                failure = describe(cause, _users_part(cause.__traceback__), session.files)
                session.observe(session.channel.send, "run_crashed", reason="load_error", failure=failure)

        def pytest_keyboard_interrupt(self, excinfo: Any) -> None:
            # `pytest.exit` comes here, too, and may give any exit code.
            if not session.control.is_stopping:
                units.break_passing_runs(f"The session was ended by {excinfo.typename}: {excinfo.value}")

        def pytest_internalerror(self, excinfo: Any) -> None:
            units.break_passing_runs(f"pytest itself broke: {excinfo.typename}: {excinfo.value}")

        @hook(hookwrapper=True, tryfirst=True)
        def pytest_runtest_protocol(self, item: Any) -> Iterator[None]:
            try:
                session.control.exit_if_stopping()
                self._phase = phase = units.begin(item)
            except SystemExit as leave:  # the user has stopped the run, or canceled a question
                raise pytest.exit.Exception("The run was canceled.", leave.code or 0) from None
            try:
                yield
            finally:
                self._phase = None
                phase.finish()
            units.end(item)

        @hook(tryfirst=True)
        def pytest_runtest_setup(self) -> None:
            if self._phase is not None:
                self._phase.begin_attempt()

        @hook(hookwrapper=True, tryfirst=True)
        def pytest_runtest_teardown(self) -> Iterator[None]:
            with teardown.in_progress():
                yield

        @hook(hookwrapper=True, tryfirst=True)
        def pytest_sessionfinish(self) -> Iterator[None]:
            with teardown.in_progress():
                yield

        @hook(hookwrapper=True, tryfirst=True)  # after other plug-ins, which may change the outcome
        def pytest_runtest_makereport(self, item: Any, call: Any) -> Iterator[None]:
            result: Any = yield
            phase = self._phase
            if phase is not None:
                self._take(phase, result.get_result(), call)

        @hook(tryfirst=True)
        def pytest_runtest_logreport(self, report: Any) -> None:
            # A report that another plug-in has made, or changed since.
            if self._phase is not None and report.failed and not self._phase.failed:
                self._phase.outcome, self._phase.failed = FAIL, True

        @fixture
        def measure(self) -> Callable[..., bool]:
            """Records a measurement of the test: `measure("supply", 3.31, lower=3.2, upper=3.4, units="V")`."""
            phase = self._phase

            def measured(
                name: str, value: object, *, lower: object = None, upper: object = None, units: str | None = None
            ) -> bool:
                limits = {"lower_limit": lower, "upper_limit": upper}
                given = {"name": name, "measured_value": value, "units": units, **limits}
                if phase is None:
                    raise RuntimeError("measure was used outside of a test.")
                return phase.measure(given)

            return measured

        def _take(self, phase: TestPhase, report: Any, call: Any) -> None:
            if report.when == "call" and report.passed and phase.outside_limits:
                report.outcome = "failed"
                report.longrepr = f"Outside of the limits: {', '.join(phase.outside_limits)}"
            if report.failed:
                error = call.excinfo and call.excinfo.value
                is_verdict = report.when == "call" and (
                    error is None or isinstance(error, (AssertionError, pytest.fail.Exception))
                )
                had_error = phase.failed and phase.outcome == ERROR
                phase.outcome = FAIL if is_verdict and not had_error else ERROR
                phase.failed = True
                if error is not None and phase.failure is None:
                    failure = describe(error, _users_part(call.excinfo.tb), session.files)
                    phase.failure = {**failure, "place": failure["place"] or phase.call.place}
            elif not phase.failed and (report.skipped or report.when == "call"):
                phase.outcome = SKIP if report.skipped else PASS

    return Plugin()


def _users_part(trace: TracebackType | None) -> TracebackType | None:
    """Returns the traceback without the frames of pytest before those of the test."""
    rest = trace
    while rest is not None and _is_pytests(rest):
        rest = rest.tb_next
    return rest or trace


def _is_pytests(trace: TracebackType) -> bool:
    module = str(trace.tb_frame.f_globals.get("__name__", ""))
    return module.partition(".")[0] in ("_pytest", "pytest", "pluggy", "importlib", "test_stations_runner")
