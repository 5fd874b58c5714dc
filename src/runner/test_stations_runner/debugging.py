"""What a debugger must not do to a test: let it run into a timeout at a breakpoint, or stop the runner with it."""

from __future__ import annotations

import functools
import threading
from typing import Any

# Seconds between two looks whether a phase has ended, as OpenHTF has it.
JOIN_INTERVAL = 0.2


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
