"""The runs of a plain script, one for each unit under test.

Which calls belong to one run, and how a run ends:

- Each thread has a run of its own. The phase that is called first begins it; the same phase called again begins the
  next one, unless it asked to be repeated. A first phase that is called for several channels of one unit, with other
  arguments each time, stays within its run, and so does a phase that another phase calls.
- A thread that is started while a run is open works for that run, unless its phases name another unit.
- An exception that leaves a thread, or a task of a thread pool, breaks the open runs whose phases it has called.
- A run ends with the next one of its thread, with its thread, or with the script.
"""

from __future__ import annotations

import inspect
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .lineage import call_after_fork
from .plain_calls import SERIAL_NUMBER_ARGUMENT, PhaseFunction
from .plain_run import PlainRun, Unit
from .session import Session
from .values import safe_text
from .verdict import Ending

_STARTER = "_test_stations_starter"
_IS_IN_PHASE = "_test_stations_is_in_phase"
_STOPPED = "The run was stopped."


class _ThreadState:
    def __init__(self, starter: _ThreadState | None, is_of_phase: bool) -> None:
        self.starter = starter
        # Whether a phase has started this thread, or has given it its current task.
        self.is_of_phase = is_of_phase
        self.run: PlainRun | None = None
        # The open runs whose phases this thread has called; in a thread of a pool, those of its current task.
        self.called: list[PlainRun] = []
        # The runs of the phases that are in progress in this thread, the innermost last.
        self.inside: list[PlainRun] = []

    @property
    def is_in_phase(self) -> bool:
        return bool(self.inside) or self.is_of_phase


class PlainRuns:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._functions: list[PhaseFunction] = []
        self._local = threading.local()
        self._lock = threading.Lock()
        self._open: list[PlainRun] = []
        # Why the script broke; no run that ends afterwards can be a PASS.
        self._broken: str | None = None
        self.has_started = False
        # Whether the phase has been called from which on a partial run runs all phases.
        self._has_passed_first = False
        call_after_fork(self._reset_after_fork)

    def add(self, phase: PhaseFunction) -> None:
        if not self._functions:
            _watch_thread_starts(self._state)
            _watch_unraisable(self.mark_thread_broken, self.mark_broken)
        self._functions.append(phase)

    def call(self, phase: PhaseFunction, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if type(threading.current_thread()).__module__.partition(".")[0] == "openhtf":
            return phase.function(*args, **kwargs)  # it is a phase of an OpenHTF test, which has its own record
        self.has_started = True
        if not isinstance(sys.exc_info()[1], KeyboardInterrupt):
            self._session.control.exit_if_stopping()  # otherwise the script cleans up after the stop
        if not self._is_chosen(phase):
            return None
        arguments = phase.bound(args, kwargs)
        run = self._run_of(phase, arguments)
        state = self._state()
        state.called = [*(other for other in state.called if other is not run and not other.is_closed), run]
        inside = state.inside
        inside.append(run)
        try:
            return run.call(phase, arguments, args, kwargs)
        finally:
            inside.pop()

    def mark_broken(self, why: str) -> None:
        """Breaks all open and later runs: the script ended by an exception or with a non-zero exit code."""
        self._close_ended_threads()
        with self._lock:
            self._broken = self._broken or why
            broken = list(self._open)
        for run in broken:
            run.set_ending(Ending.BROKEN, why)

    def mark_thread_broken(self, why: str) -> None:
        """Breaks the runs whose phases this thread or pool task has called, because an exception has left it."""
        for run in self._state().called:
            if not run.is_closed:
                run.set_ending(Ending.BROKEN, why)

    def mark_stopped(self) -> None:
        self._close_ended_threads()
        with self._lock:
            stopped = list(self._open)
        for run in stopped:
            run.set_ending(Ending.STOPPED, _STOPPED)
            run.save_progress(is_urgent=True)  # the process may be killed before it can close its runs

    def close(self) -> None:
        with self._lock:
            rest = list(self._open)
        for run in rest:
            self.end(run)

    def patch_futures(self, futures: Any) -> None:
        original = futures.Future.set_exception

        def set_exception(future: Any, exception: BaseException | None) -> None:
            if exception is not None and threading.current_thread() is not threading.main_thread():
                self.mark_thread_broken(crash_sentence(exception))
            original(future, exception)

        futures.Future.set_exception = set_exception

    def patch_thread_pool(self, pools: Any) -> None:
        """Separates the tasks of a thread pool, so that a failed task does not break the unit of an earlier one."""
        original, submit = pools._WorkItem.run, pools._WorkItem.__init__

        def init(item: Any, *args: Any, **kwargs: Any) -> None:
            submit(item, *args, **kwargs)
            setattr(item, _IS_IN_PHASE, self._state().is_in_phase)

        def run(item: Any, *args: Any) -> None:
            state = self._state()
            state.called, state.is_of_phase = [], getattr(item, _IS_IN_PHASE, False)
            original(item, *args)

        pools._WorkItem.__init__, pools._WorkItem.run = init, run

    def _is_chosen(self, phase: PhaseFunction) -> bool:
        """Returns whether the phase is to run. A phase that another one calls is a part of it, in any thread."""
        choice = self._session.choice
        if choice is None or self._state().is_in_phase:
            return True
        if choice.first is None:
            return phase.name in choice.only
        self._has_passed_first = self._has_passed_first or phase.name == choice.first
        return self._has_passed_first

    def _state(self) -> _ThreadState:
        state: _ThreadState | None = getattr(self._local, "state", None)
        if state is None:
            thread = threading.current_thread()
            state = self._local.state = _ThreadState(
                getattr(thread, _STARTER, None), getattr(thread, _IS_IN_PHASE, False)
            )
            _watch_end(thread, self.mark_thread_broken)
        return state

    def _run_of(self, phase: PhaseFunction, arguments: inspect.BoundArguments | None) -> PlainRun:
        given = None if arguments is None else arguments.arguments.get(SERIAL_NUMBER_ARGUMENT)
        variables = vars(sys.modules["__main__"])
        state, unit = self._state(), Unit.named_by(given, variables)
        if state.inside:
            return state.inside[-1]
        run = state.run
        if run is not None and not run.is_closed:
            if not run.is_ended_by(phase, arguments, unit):
                return run
            self.end(run)
        else:
            starters = state.starter.run if state.starter is not None else None
            if starters is not None and starters.includes_call_of_thread(phase, unit):
                return starters
        self._close_ended_threads()
        state.run = run = self.begin(phase, unit, self._functions, variables)
        return run

    def begin(
        self,
        first: PhaseFunction,
        unit: Unit,
        functions: Sequence[PhaseFunction],
        variables: Mapping[str, object],
    ) -> PlainRun:
        self._session.observe(self._session.handover.hand_over_thread)
        run = PlainRun(self._session, first, unit, functions, variables)
        with self._lock:
            self._open.append(run)
            if self._broken is not None:
                run.set_ending(Ending.BROKEN, self._broken)
            if self._session.control.is_stopping:
                run.set_ending(Ending.STOPPED, _STOPPED)
        run.report_started()
        return run

    def _close_ended_threads(self) -> None:
        with self._lock:
            # In exit functions the main thread counts as ended, but they still belong to its run.
            others = [run for run in self._open if run.thread is not threading.main_thread()]
            ended = [run for run in others if not run.thread.is_alive()]
        for run in ended:
            self.end(run)

    def end(self, run: PlainRun) -> None:
        with self._lock:
            if run not in self._open:
                return
            self._open.remove(run)
        run.close()

    def _reset_after_fork(self) -> None:
        for run in self._open:
            run.reset_after_fork()
        self._lock, self._local, self._open = threading.Lock(), threading.local(), []


def _watch_thread_starts(state: Callable[[], _ThreadState]) -> None:
    original = threading.Thread.start

    def start(thread: threading.Thread) -> None:
        setattr(thread, _STARTER, state())
        setattr(thread, _IS_IN_PHASE, state().is_in_phase)
        original(thread)

    setattr(threading.Thread, "start", start)  # noqa: B010 (mypy rejects an assignment)


def _watch_end(thread: threading.Thread, on_broken: Callable[[str], None]) -> None:
    """Calls `on_broken` in the thread when an exception has left its function, whatever hooks the script sets."""
    original = getattr(thread, "_invoke_excepthook", None)
    if original is None:
        return

    def invoke_excepthook(*args: Any) -> Any:
        why = _failure_by(sys.exc_info()[1])
        if why is not None:
            on_broken(why)
        return original(*args)

    vars(thread)["_invoke_excepthook"] = invoke_excepthook


def _watch_unraisable(on_thread_broken: Callable[[str], None], on_broken: Callable[[str], None]) -> None:
    """Observes exceptions in exit functions, and in threads that were started without the `threading` module."""
    original = sys.unraisablehook

    def unraisablehook(unraisable: Any, /) -> None:
        where, why = str(unraisable.err_msg or ""), _failure_by(unraisable.exc_value)
        if why is not None and "atexit callback" in where:
            on_broken(why)
        elif why is not None and "thread started by" in where:
            on_thread_broken(why)
        original(unraisable)

    sys.unraisablehook = unraisablehook


def _failure_by(error: BaseException | None) -> str | None:
    if isinstance(error, SystemExit):
        return exit_sentence(error.code) if is_failing_exit_code(error.code) else None
    return None if error is None else crash_sentence(error)


def is_failing_exit_code(code: object) -> bool:
    return not (code is None or (isinstance(code, int) and code == 0))


def exit_sentence(code: object) -> str:
    return f"The script ended with sys.exit({safe_text(repr, code)}) before its natural end."


def crash_sentence(error: BaseException) -> str:
    return f"The script ended by an exception that it did not catch: {type(error).__name__}: {safe_text(str, error)}"
