from __future__ import annotations

import functools
import sys
import threading
import time
from types import FrameType
from typing import Any

JOIN_INTERVAL_S = 0.2
# The time that the host has to continue a thread that is at a breakpoint.
RELEASE_TIMEOUT_S = 5.0
RELEASE_INTERVAL_S = 0.001
# Functions of debugpy in which a thread waits at a breakpoint.
HOLDING = frozenset({"do_wait_suspend", "_do_wait_suspend"})


def untraced(thread: threading.Thread) -> threading.Thread:
    """Hides `thread` from debugpy, as one of its own. It must be called before the thread starts."""
    vars(thread).update(pydev_do_not_trace=True, is_pydev_daemon_thread=True)
    return thread


def wait_for_phases(phase_executor: Any) -> None:
    """Lets phases take any time; their options, and so their records, keep their timeouts."""
    thread_class = phase_executor.PhaseExecutorThread
    original = thread_class.join_or_die

    @functools.wraps(original)
    def join_or_die(thread: Any) -> Any:
        while thread.is_alive() and not thread._killed.is_set():
            thread.join(JOIN_INTERVAL_S)
        return original(thread)  # the phase has ended, or the user has stopped it

    thread_class.join_or_die = join_or_die


def kill_outside_of_debugger(threads: Any) -> None:
    """Raises OpenHTF's exception that ends a phase in the code of the phase.

    In a thread at a breakpoint, functions of debugpy may swallow the exception, and the phase would never end. The test
    has been marked as aborted before, so no further phase begins when this one continues.
    """
    thread_class = threads.KillableThread
    original = thread_class.kill

    @functools.wraps(original)
    def kill(thread: Any) -> Any:
        _wait_for_release(thread)
        return original(thread)

    thread_class.kill = kill


def _wait_for_release(thread: threading.Thread) -> None:
    deadline = time.monotonic() + RELEASE_TIMEOUT_S
    while _is_held(thread) and time.monotonic() < deadline:
        time.sleep(RELEASE_INTERVAL_S)


def _is_held(thread: threading.Thread) -> bool:
    frame: FrameType | None = sys._current_frames().get(thread.ident or 0)
    while frame is not None:
        if frame.f_code.co_name in HOLDING:
            return True
        frame = frame.f_back
    return False
