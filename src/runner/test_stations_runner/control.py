from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Protocol

# The exit code of an interrupted program in a shell.
STOPPED = 130
_WAKE_DELAYS_S = (0.05, 0.2, 1.0)


class Stoppable(Protocol):
    def abort(self, force: bool) -> bool:
        """Begins to end it, without waiting; returns False when there is nothing left to end."""
        ...


class Control:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: list[Stoppable] = []
        self.is_stopping = False

    def exit_if_stopping(self) -> None:
        if self.is_stopping:
            raise SystemExit(STOPPED)

    @contextmanager
    def running(self, execution: Stoppable) -> Iterator[None]:
        """Directs a stop to `execution` while it runs. Raises SystemExit if the user has stopped the script before."""
        with self._lock:
            self.exit_if_stopping()
            self._running.append(execution)
        try:
            yield
        finally:
            with self._lock:
                self._running.remove(execution)

    def stop(self, force: bool) -> None:
        with self._lock:
            self.is_stopping = True
            running = list(self._running)
        aborting = [execution.abort(force) for execution in running]
        # A test that is only pushing its result may finish, unless forced.
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
        with suppress(RuntimeError):  # the interpreter is ending and starts no thread
            threading.Thread(target=_wake, args=(main,), daemon=True).start()


def _wake(main: int) -> None:
    """Ends a system call that the main thread entered between the signal and Python's look at it."""
    for delay_s in _WAKE_DELAYS_S:
        time.sleep(delay_s)
        if signal.getsignal(signal.SIGURG) is _do_nothing:
            signal.pthread_kill(main, signal.SIGURG)


def _do_nothing(_signal: int, _frame: object) -> None:
    pass


def make_interruptible() -> None:
    """Restores SIGINT, which Python leaves alone if its parent ignored it. It must be called in the main thread."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # A signal with a handler interrupts system calls; one without does not.
    if sys.platform != "win32" and signal.getsignal(signal.SIGURG) in (signal.SIG_DFL, signal.SIG_IGN):
        signal.signal(signal.SIGURG, _do_nothing)


def ignore_interrupts() -> None:
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
