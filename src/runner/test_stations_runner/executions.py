from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from .acknowledgement import Identity
from .lineage import call_after_fork
from .pending_uploads import Result


class Pushable(Protocol):
    id: str
    is_pushed: bool
    # HTTP status (None: no answer) and message of the last push that failed.
    failure: tuple[int | None, str] | None

    def result(self, kind: str, body: bytes) -> Result: ...


class TestedExecution(Pushable, Protocol):
    """An execution whose test the runner has observed, and whose result the script may also push itself."""

    @property
    def identity(self) -> Identity | None: ...


class Executions:
    def __init__(self) -> None:
        self._local = threading.local()
        self._lock = threading.Lock()
        # With the thread; the newest last.
        self._unpushed: list[tuple[int, TestedExecution]] = []
        call_after_fork(self._reset_after_fork)

    @contextmanager
    def testing(self, execution: TestedExecution) -> Iterator[None]:
        """Makes `execution` the one that this thread tests, and whose result it may push now and afterwards."""
        before = self.current_test()
        self._local.execution = execution
        self.add(execution)
        try:
            yield
        finally:
            self._local.execution = before

    def add(self, execution: TestedExecution) -> None:
        with self._lock:
            self._unpushed.append((threading.get_ident(), execution))

    def remove(self, execution: Pushable) -> None:
        with self._lock:
            self._unpushed = [(thread, each) for thread, each in self._unpushed if each is not execution]

    def current_test(self) -> TestedExecution | None:
        execution: TestedExecution | None = getattr(self._local, "execution", None)
        return execution

    def find_pushed_by(self, push: Identity) -> TestedExecution | None:
        """Returns the newest execution whose result `push` is, preferably one of this thread."""
        own_thread = threading.get_ident()
        with self._lock:
            # Sorting is stable, so the newest of this thread is last.
            candidates = sorted(self._unpushed, key=lambda each: each[0] == own_thread)
        for _, execution in reversed(candidates):
            identity = execution.identity
            if not execution.is_pushed and identity is not None and identity.is_pushed_by(push):
                return execution
        return None

    def find_reported_by(self, serial_number: str | None, started_at: float | None) -> TestedExecution | None:
        with self._lock:
            candidates = [execution for _, execution in self._unpushed]
        for execution in candidates:
            identity = execution.identity
            if identity is not None and (identity.serial_number, identity.started_at) == (serial_number, started_at):
                return execution
        return None

    def _reset_after_fork(self) -> None:
        self._local, self._lock, self._unpushed = threading.local(), threading.Lock(), []
