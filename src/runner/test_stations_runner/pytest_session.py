"""Runs a file under pytest and follows it. Nothing is installed into the user's environment.

Each test is a phase. A run is one unit: all tests of the session or, if tests have the parameter `serial_number`, those
with the same one.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, TypeVar

from .control import STOPPED
from .failures import Failure, describe
from .phase_choice import PhaseChoice
from .plain_calls import SERIAL_NUMBER_ARGUMENT, PhaseCall, PhaseFunction
from .plain_run import PlainRun, Unit
from .plain_runs import PlainRuns
from .session import Session
from .verdict import ERROR, FAIL, PASS, SKIP, PhaseResult, evaluated_measurement

F = TypeVar("F", bound=Callable[..., Any])

_TESTS_FAILED, _USAGE_ERROR, _NO_TESTS = 1, 4, 5


def run_pytest(session: Session, runs: PlainRuns, path: str, arguments: list[str]) -> int:
    """Runs the tests of a file, and returns the exit code of pytest."""
    pytest: Any = importlib.import_module("pytest")
    plugin = _plugin(pytest, session, runs)
    # Output appears as the tests print it, and tests may ask for input.
    code = int(pytest.main(["--capture=no", path, *arguments], plugins=[plugin]))
    if session.control.is_stopping:
        return STOPPED
    if code not in (0, _TESTS_FAILED, _USAGE_ERROR, _NO_TESTS):
        runs.mark_broken(f"pytest ended with exit code {code} before its natural end.")
    return code


class _Progress:
    """The test that is in progress, as a phase."""

    def __init__(self, run: PlainRun, call: PhaseCall) -> None:
        self.run = run
        self.call = call
        self.begin_attempt()

    def begin_attempt(self) -> None:
        self.outcome = ERROR  # until pytest reports another one
        self.failed = False
        self.failure: Failure | None = None
        self.measurements: list[dict[str, object]] = []

    def add(self, measurement: dict[str, object]) -> None:
        if self.call.outcome is not None:
            raise RuntimeError(
                f"The test {self.call.name} has ended: {measurement['name']} cannot be recorded any more."
            )
        self.measurements.append(measurement)
        self.run.report_measurement(self.call, measurement)

    def finish(self) -> None:
        outcome = self.outcome
        if outcome in (PASS, SKIP) and any(measurement["outcome"] == FAIL for measurement in self.measurements):
            outcome = FAIL
        self.run.finish(self.call, PhaseResult(outcome, self.measurements), self.failure)


def _plugin(pytest: Any, session: Session, runs: PlainRuns) -> object:
    hook: Callable[..., Callable[[F], F]] = pytest.hookimpl
    fixture: Callable[[F], F] = pytest.fixture

    class Plugin:
        def __init__(self) -> None:
            self._functions: dict[str, PhaseFunction] = {}
            self._run: PlainRun | None = None
            self._unit: Unit | None = None
            self._progress: _Progress | None = None

        def pytest_configure(self, config: Any) -> None:
            if getattr(config.option, "numprocesses", None):
                raise pytest.UsageError("Test Stations cannot follow tests in processes of pytest-xdist: remove -n.")

        @hook(trylast=True)
        def pytest_collection_modifyitems(self, config: Any, items: list[Any]) -> None:
            choice = session.choice
            if choice is None:
                return
            chosen = choice.indexes_in([_chosen_name(item, choice) for item in items])
            config.hook.pytest_deselected(items=[item for index, item in enumerate(items) if index not in chosen])
            items[:] = [items[index] for index in chosen]

        def pytest_collection_finish(self, session: Any) -> None:
            self._functions = {
                item.nodeid: PhaseFunction(_name(item), getattr(item, "function", item.runtest))
                for item in session.items
            }

        def pytest_exception_interact(self, node: Any, call: Any, report: Any) -> None:
            if report.when == "collect":
                error = call.excinfo.value
                cause = error.__cause__ or error
                failure = describe(cause, _users_part(cause.__traceback__), session.files)
                session.observe(session.channel.send, "run_crashed", reason="load_error", failure=failure)

        @hook(hookwrapper=True, tryfirst=True)
        def pytest_runtest_protocol(self, item: Any) -> Iterator[None]:
            try:
                session.control.exit_if_stopping()
                self._begin(item)
            except SystemExit as leave:  # the user has stopped the run, or canceled a question
                raise pytest.exit.Exception("The run was canceled.", leave.code or 0) from None
            try:
                yield
            finally:
                progress, self._progress = self._progress, None
                if progress is not None:
                    progress.finish()

        @hook(tryfirst=True)
        def pytest_runtest_setup(self) -> None:
            if self._progress is not None:  # plug-ins may repeat a test
                self._progress.begin_attempt()

        @hook(hookwrapper=True, tryfirst=True)  # after other plug-ins, which may change the outcome
        def pytest_runtest_makereport(self, item: Any, call: Any) -> Iterator[None]:
            result: Any = yield
            report, progress = result.get_result(), self._progress
            if progress is None:
                return
            if report.failed:
                error = call.excinfo and call.excinfo.value
                is_verdict = report.when == "call" and (
                    error is None or isinstance(error, (AssertionError, pytest.fail.Exception))
                )
                had_error = progress.failed and progress.outcome == ERROR
                progress.outcome = FAIL if is_verdict and not had_error else ERROR
                progress.failed = True
                if error is not None and progress.failure is None:
                    trace = _users_part(call.excinfo.tb)
                    failure = describe(error, trace, session.files)
                    progress.failure = {**failure, "place": failure["place"] or progress.call.place}
            elif not progress.failed and (report.skipped or report.when == "call"):
                progress.outcome = SKIP if report.skipped else PASS

        def pytest_sessionfinish(self, exitstatus: int) -> None:
            run = self._run
            if exitstatus == _TESTS_FAILED and run is not None and not run.is_closed and run.outcome == PASS:
                runs.mark_broken("pytest counted a failure that belongs to none of the tests.")

        @fixture
        def measure(self) -> Callable[..., bool]:
            """Records a measurement of the test: `measure("supply", 3.31, lower=3.2, upper=3.4, units="V")`."""

            progress = self._progress

            def measured(
                name: str, value: object, *, lower: object = None, upper: object = None, units: str | None = None
            ) -> bool:
                given = {"name": name, "measured_value": value, "units": units}
                measurement = evaluated_measurement({**given, "lower_limit": lower, "upper_limit": upper})
                if progress is not None:
                    progress.add(measurement)
                return measurement["outcome"] != FAIL

            return measured

        def _begin(self, item: Any) -> None:
            function = self._functions[item.nodeid]
            variables = vars(item.module) if getattr(item, "module", None) is not None else {}
            parameters = getattr(getattr(item, "callspec", None), "params", {})
            unit = Unit.named_by(parameters.get(SERIAL_NUMBER_ARGUMENT), variables)
            run = self._run
            if run is None or run.is_closed or (unit.argument is not None and unit != self._unit):
                if run is not None:
                    runs.end(run)
                run = runs.begin(function, unit, list(self._functions.values()), variables)
                self._run, self._unit = run, unit
            self._progress = _Progress(run, run.begin(function, None))

    return Plugin()


def _chosen_name(item: Any, choice: PhaseChoice) -> str:
    """Returns the whole name of a test if it was chosen by it; otherwise without the values of its parameters."""
    name = _name(item)
    return name if name in (*choice.only, choice.first) else name.partition("[")[0]


def _name(item: Any) -> str:
    """Returns the name of a test in its file, such as `TestRadio::test_power[low]`."""
    return str(item.nodeid).partition("::")[2] or str(item.name)


def _users_part(trace: TracebackType | None) -> TracebackType | None:
    """Returns the traceback without the frames of pytest before those of the test."""
    rest = trace
    while rest is not None and _is_pytests(rest):
        rest = rest.tb_next
    return rest or trace


def _is_pytests(trace: TracebackType) -> bool:
    module = str(trace.tb_frame.f_globals.get("__name__", ""))
    return module.partition(".")[0] in ("_pytest", "pytest", "pluggy", "importlib", "test_stations_runner")
