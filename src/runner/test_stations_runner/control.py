"""Stop and kill: ends what runs, in the order that lets hardware be left in a safe state."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Protocol

# As a shell reports a program that was interrupted.
STOPPED = 130
_WAKE_DELAYS_S = (0.05, 0.2, 1.0)


class Stoppable(Protocol):
    """Something that runs and can end itself."""

    def abort(self, force: bool) -> bool:
        """Begins to end it, without waiting; returns False when there is nothing left to end."""
        ...


class Control:
    """Knows what runs, and whether the user wants no more of it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: list[Stoppable] = []
        self.stopping = False

    def check(self) -> None:
        """Ends the script quietly when it was stopped: nothing new begins.

        Raises:
            SystemExit: it was.
        """
        if self.stopping:
            raise SystemExit(STOPPED)

    @contextmanager
    def running(self, execution: Stoppable) -> Iterator[None]:
        """While `execution` runs, a stop goes to it. Raises SystemExit when a stop came before."""
        with self._lock:
            self.check()
            self._running.append(execution)
        try:
            yield
        finally:
            with self._lock:
                self._running.remove(execution)

    def stop(self, force: bool) -> None:
        """Ends the running tests; when there is none, interrupts the script."""
        with self._lock:
            self.stopping = True
            running = list(self._running)
        aborting = [execution.abort(force) for execution in running]
        # A test that only pushes its result any more is left to finish, unless forced.
        if not running or (force and not any(aborting)):
            interrupt()


def interrupt() -> None:
    """Raises KeyboardInterrupt in the main thread, or calls the script's own handler of SIGINT."""
    if sys.platform == "win32":
        signal.raise_signal(signal.SIGINT)
        return
    main = threading.main_thread().ident
    if main is not None:
        signal.pthread_kill(main, signal.SIGINT)
        with suppress(RuntimeError):  # the interpreter is ending, and starts no thread any more
            threading.Thread(target=_wake, args=(main,), daemon=True).start()


def _wake(main: int) -> None:
    """Ends a system call that the main thread entered after the signal had come and before Python could look at it."""
    for delay_s in _WAKE_DELAYS_S:
        time.sleep(delay_s)
        if signal.getsignal(signal.SIGURG) is _do_nothing:
            signal.pthread_kill(main, signal.SIGURG)


def _do_nothing(_signal: int, _frame: object) -> None:
    """A signal with a handler interrupts system calls; one without does not."""


def make_interruptible() -> None:
    """Python leaves SIGINT alone when its parent ignored it; a stop needs it. To be called in the main thread."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if sys.platform != "win32" and signal.getsignal(signal.SIGURG) in (signal.SIG_DFL, signal.SIG_IGN):
        signal.signal(signal.SIGURG, _do_nothing)


def ignore_interrupts() -> None:
    """Lets no stop interrupt the process any more. It has no effect outside the main thread."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
