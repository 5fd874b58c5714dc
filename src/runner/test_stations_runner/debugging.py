"""What a debugger must not do to a test: let it run into a timeout at a breakpoint, or stop the runner with it."""

from __future__ import annotations

import functools
import sys
import threading
import time
from types import FrameType
from typing import Any

# Seconds between two looks whether a phase has ended, as OpenHTF has it.
JOIN_INTERVAL = 0.2
# Seconds that the host has to let a thread go on that stands at a breakpoint, and those between two looks at it.
RELEASE_PATIENCE, RELEASE_INTERVAL = 5.0, 0.001
# The functions of debugpy in which a thread stands.
HOLDING = frozenset({"do_wait_suspend", "_do_wait_suspend"})


def untraced(thread: threading.Thread) -> threading.Thread:
    """Keeps debugpy from stopping and showing `thread`, as one of its own; call it before the thread starts."""
    vars(thread).update(pydev_do_not_trace=True, is_pydev_daemon_thread=True)
    return thread


def wait_for_phases(phase_executor: Any) -> None:
    """Lets phases take all the time they need; their options, and so their records, keep the timeouts they have.

    Args:
        phase_executor: the module `openhtf.core.phase_executor`.
    """
    thread_class = phase_executor.PhaseExecutorThread
    original = thread_class.join_or_die

    @functools.wraps(original)
    def join_or_die(thread: Any) -> Any:
        while thread.is_alive() and not thread._killed.is_set():
            thread.join(JOIN_INTERVAL)
        return original(thread)  # it finds the phase ended, or stopped by the user

    thread_class.join_or_die = join_or_die


def kill_outside_of_debugger(threads: Any) -> None:
    """Has OpenHTF's exception that ends a phase raised in the phase.

    A thread at a breakpoint stands in functions of debugpy: there the exception may get lost, and the phase would go on
    for ever. The test is marked as aborted before, so no further phase begins when this one goes on to its end.

    Args:
        threads: the module `openhtf.util.threads`.
    """
    thread_class = threads.KillableThread
    original = thread_class.kill

    @functools.wraps(original)
    def kill(thread: Any) -> Any:
        _wait_for_release(thread)
        return original(thread)

    thread_class.kill = kill


def _wait_for_release(thread: threading.Thread) -> None:
    """Waits while `thread` stands in the debugger, for some seconds at most."""
    deadline = time.monotonic() + RELEASE_PATIENCE
    while _is_held(thread) and time.monotonic() < deadline:
        time.sleep(RELEASE_INTERVAL)


def _is_held(thread: threading.Thread) -> bool:
    frame: FrameType | None = sys._current_frames().get(thread.ident or 0)
    while frame is not None:
        if frame.f_code.co_name in HOLDING:
            return True
        frame = frame.f_back
    return False
