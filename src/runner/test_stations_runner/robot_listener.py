from __future__ import annotations

import functools
import importlib
import time
from collections.abc import Callable
from typing import Any, TypeVar

from .control import interrupt
from .failures import Failure
from .places import Place
from .plain_calls import PhaseFunction, stored_log
from .plain_run import PlainRun, Unit
from .plain_runs import PlainRuns
from .robot_file import PlannedTest, RobotPlan, phase_name, unique
from .session import Session
from .test_phase import TestPhase
from .values import truncate
from .verdict import ERROR, FAIL, PASS, SKIP, Ending

F = TypeVar("F", bound=Callable[..., Any])

_KEYWORDS = ("KEYWORD", "SETUP", "TEARDOWN")
# Blocks whose keywords are phases. Whether a failure in a TRY is handled shows later, so that one is a phase itself.
_BLOCKS = ("FOR", "ITERATION", "WHILE", "IF", "ELSE IF", "ELSE", "EXCEPT", "FINALLY", "GROUP")
_SHOWN_LEVELS = {"INFO": "INFO", "WARN": "WARNING", "ERROR": "ERROR"}
_MAX_LOGS = 1000
# The last two are those of `robot.api`.
_VERDICTS = ("AssertionError", "OutsideOfLimits", "Failure", "ContinuableFailure")
_BLOCK, _NOT_RUN, _PHASE, _INSIDE = "block", "not run", "phase", "inside"


class RobotKeyword(PhaseFunction):
    """A phase of a suite."""

    def __init__(self, name: str, test: str, file: str, line: int) -> None:
        super().__init__(name, lambda: None)
        self.docstring = None
        self.chosen_by = test
        self.place = Place(file=file, line=line)


def _watched(method: F) -> F:
    """Lets no run pass that was not followed to its end: Robot Framework continues after an exception of a listener."""

    @functools.wraps(method)
    def watched(self: RobotListener, *args: Any) -> None:
        try:
            method(self, *args)
        except Exception as error:
            self.problems.append(f"The suite could not be followed: {type(error).__name__}: {error}")
            raise

    return watched  # type: ignore[return-value]


class RobotListener:
    """Turns what Robot Framework reports into phases.

    It has version 2 of the listener interface, because version 3 reports keywords since Robot Framework 7 only.
    """

    ROBOT_LISTENER_API_VERSION = 2

    def __init__(self, session: Session, runs: PlainRuns, plan: RobotPlan, path: str) -> None:
        self.problems: list[str] = []
        # The exit code, if the user has canceled the run before it began.
        self.canceled: int | None = None
        self._session = session
        self._runs = runs
        self._path = path
        self._plan = plan
        self._run: PlainRun | None = None
        self._functions: dict[tuple[str, int, str], RobotKeyword] = {}
        self._stack: list[str] = []
        self._phase: TestPhase | None = None
        self._keyword = PhaseFunction("", lambda: None)
        self._failure: Failure | None = None
        self._test: PlannedTest | None = None
        self._used: set[str] = set()
        self._executed: set[int] = set()
        self._outcomes: list[str] = []
        self._has_ended = False
        self._logs = 0
        self._is_tearing_down = False
        self._has_interrupted = False

    @property
    def has_begun(self) -> bool:
        return self._run is not None

    def abort(self, force: bool) -> bool:
        """Interrupts the keyword that runs. A teardown that has begun comes to its end first."""
        if force or not self._is_tearing_down:
            self._has_interrupted = True
            interrupt()
        return True

    def measure(self, given: dict[str, object]) -> bool:
        phase = self._phase
        if phase is None:  # by a thread, or a listener: Robot Framework continues after the exception
            why = f"{given['name']!r} was measured while no keyword of a test was running."
            if self._run is not None:
                self._run.set_ending(Ending.BROKEN, why)
            raise RuntimeError(why)
        return phase.measure(given)

    def finish(self, code: int) -> None:
        """Lets the run pass only if Robot Framework and what this listener has seen agree that it did."""
        run = self._run
        if run is None or run.is_closed or run.outcome_of_calls != PASS:
            return
        if code != 0:
            self.problems.append(f"Robot Framework ended with exit code {code}.")
        if not self._has_ended:
            self.problems.append("The suite did not finish.")
        if self._phase is not None or self._stack:
            self.problems.append("Robot Framework ended within a keyword.")
        if self.problems:
            run.set_ending(Ending.BROKEN, self.problems[0])

    @_watched
    def start_suite(self, _name: str, attributes: dict[str, Any]) -> None:
        if self._run is not None or attributes["suites"]:
            return
        variables = importlib.import_module("robot.libraries.BuiltIn").BuiltIn().get_variables(no_decoration=True)
        given = {str(name).upper().replace(" ", "_"): value for name, value in variables.items()}
        functions = [
            self._function(keyword.name, test, keyword.line) for test in self._plan.tests for keyword in test.keywords
        ]
        first = functions[0] if functions else self._keyword
        try:
            self._session.control.exit_if_stopping()
            self._run = self._runs.begin(first, Unit.named_by(None, given), functions, given)
        except SystemExit as leave:  # the user has stopped the run, or canceled a question
            self.canceled = leave.code if isinstance(leave.code, int) else 0
            raise

    @_watched
    def start_test(self, name: str, attributes: dict[str, Any]) -> None:
        line = attributes["lineno"]
        self._executed.add(line)
        planned = next((test for test in self._plan.tests if test.line == line), None)
        self._test = PlannedTest(name, line, planned.keywords if planned is not None else [])
        self._used = set()
        self._outcomes = []

    @_watched
    def end_test(self, name: str, attributes: dict[str, Any]) -> None:
        status, outcomes = attributes["status"], self._outcomes
        is_seen = status == PASS or (status == SKIP and (SKIP in outcomes or FAIL in outcomes))
        if not is_seen and not (status == FAIL and {FAIL, ERROR}.intersection(outcomes)):
            # The reason is in no keyword of the test, such as the setup of the suite.
            message = attributes["message"]
            is_skipped = status == SKIP and not _is_skipped_by_failure(message)
            self._record(name, SKIP if is_skipped else ERROR, attributes["lineno"], message)
        self._test = None
        self._used = set()

    @_watched
    def end_suite(self, _name: str, attributes: dict[str, Any]) -> None:
        if self._run is None or attributes["suites"]:
            return
        self._has_ended = True
        if attributes["status"] != PASS:
            self.problems.append(f"Robot Framework ended the suite with the status {attributes['status']}.")
        if self._session.choice is not None:
            return
        for test in self._plan.tests:
            if test.line not in self._executed:
                self._record(test.name, SKIP, test.line, "The test was excluded.")

    @_watched
    def start_keyword(self, _name: str, attributes: dict[str, Any]) -> None:
        kind, status = attributes["type"], attributes["status"]
        if self._stack and self._stack[-1] in (_PHASE, _INSIDE, _NOT_RUN):
            self._stack.append(_NOT_RUN if self._stack[-1] == _NOT_RUN else _INSIDE)
        elif kind in _BLOCKS:
            self._stack.append(_NOT_RUN if status == "NOT RUN" else _BLOCK)
        elif kind in _KEYWORDS or kind == "TRY":
            self._stack.append(_PHASE)
            self._is_tearing_down = kind == "TEARDOWN"
            self._begin("TRY" if kind == "TRY" else attributes["kwname"], attributes)
        else:
            self._stack.append(_INSIDE)  # a statement, such as VAR or RETURN

    @_watched
    def end_keyword(self, _name: str, attributes: dict[str, Any]) -> None:
        if self._stack.pop() != _PHASE:
            return
        phase, self._phase = self._phase, None
        self._is_tearing_down = False
        if phase is not None:
            self._end(phase, attributes)
        if self._session.control.is_stopping and not self._has_interrupted:
            self._has_interrupted = True
            interrupt()

    @_watched
    def log_message(self, message: dict[str, Any]) -> None:
        level, text = message["level"], str(message["message"])
        if level == "FAIL":
            place = self._keyword.place
            self._failure = Failure(type="", message=text, traceback=text, place=place, missing_module=None)
        elif self._failure is not None and text.startswith("Traceback (most recent call last)"):
            name = _exception_in(text, self._failure["message"])
            is_named = not self._failure["type"]
            self._failure["traceback"] = truncate(text)
            if is_named:
                self._failure["type"] = name
        elif level in _SHOWN_LEVELS:
            self._show(_SHOWN_LEVELS[level], text)

    @_watched
    def message(self, message: dict[str, Any]) -> None:
        if message["level"] == "ERROR":
            self.problems.append(f"Robot Framework reported an error: {message['message']}")

    def _function(self, name: str, test: PlannedTest, line: int) -> RobotKeyword:
        key = (test.name, test.line, name)
        if key not in self._functions:
            self._functions[key] = RobotKeyword(f"{test.name} / {name}", test.name, self._path, line)
        return self._functions[key]

    def _begin(self, keyword: str, attributes: dict[str, Any]) -> None:
        if self._run is None:
            return
        line, test = attributes["lineno"] or 1, self._test
        if test is None:
            test = PlannedTest("Suite setup" if attributes["type"] == "SETUP" else "Suite teardown", 0)
        planned = next((each.name for each in test.keywords if each.line == line and each.name not in self._used), None)
        if planned is not None:
            self._used.add(planned)
            name = planned
        else:
            reserved = {each.name for each in test.keywords} | self._used
            name = unique(phase_name(keyword, attributes["args"]), reserved)
            self._used.add(name)
        self._keyword = self._function(name, test, line)
        self._keyword.docstring = attributes["doc"] or None
        self._failure = None
        self._phase = TestPhase(self._run, self._keyword)

    def _end(self, phase: TestPhase, attributes: dict[str, Any]) -> None:
        status, failure = attributes["status"], self._failure
        if status == PASS:
            ends_early = attributes["libname"] == "BuiltIn" and attributes["kwname"].startswith("Pass Execution")
            phase.outcome = SKIP if ends_early else PASS
        elif status in (SKIP, "NOT RUN"):
            phase.outcome = SKIP
        elif attributes["type"] == "TRY":
            phase.outcome = SKIP  # if the failure is not handled, the test fails
        else:
            is_verdict = failure is not None and failure["type"] in _VERDICTS
            phase.outcome, phase.failed = FAIL if is_verdict else ERROR, True
        if failure is not None and (phase.failed or attributes["type"] == "TRY"):
            phase.failure = {**failure, "type": failure["type"] or "Failure"}
        phase.finish()
        self._outcomes.append(phase.call.outcome or ERROR)

    def _record(self, name: str, outcome: str, line: int, message: str) -> None:
        """Records a phase that no keyword stands for."""
        if self._run is None:
            return
        phase = TestPhase(self._run, RobotKeyword(name, name, self._path, line))
        phase.outcome, phase.failed = outcome, outcome == ERROR
        if message:
            place = Place(file=self._path, line=line)
            phase.failure = Failure(
                type="Failure", message=truncate(message), traceback=truncate(message), place=place, missing_module=None
            )
        phase.finish()

    def _show(self, level: str, text: str) -> None:
        run, phase, place = self._run, self._phase, self._keyword.place
        if run is None:
            return
        message = truncate(text)
        if phase is not None and self._logs < _MAX_LOGS:
            self._logs += 1
            phase.call.logs.append(stored_log(level, time.time() * 1000, message, place))
        self._session.channel.send("phase_log", execution_id=run.id, level=level, message=message, place=place)


def _exception_in(traceback: str, message: str) -> str:
    """Returns the name of the exception, whose message may have several lines."""
    text, end = traceback.rstrip(), message.rstrip()
    before = text[: -len(end)] if end and text.endswith(end) else text
    line = before.rpartition("\n")[2] + text[len(before) :]
    return line.partition(":")[0].rpartition(".")[2]


def _is_skipped_by_failure(message: str) -> bool:
    """Returns whether a test failed and is skipped for that reason, by `--skiponfailure` or `robot:skip-on-failure`.

    The message begins with "Test failed but skip-on-failure mode was active", since Robot Framework 7 with "Failed test
    skipped using". Those of other skipped tests have no such word in their first line.
    """
    return "failed" in message.partition("\n")[0].lower()
