"""The test executions of a script: which one something belongs to."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from .outbox import Result


class Pushable(Protocol):
    """An execution whose result the script may push to a server."""

    id: str
    pushed: bool
    # Why the last push failed: HTTP status (None: no answer) and words.
    failure: tuple[int | None, str] | None

    def result(self, kind: str, body: bytes) -> Result:
        """What is kept on disk of an execution that is pushed like this."""
        ...


class Executions:
    """The executions that run, each in its thread, and the last one that ended."""

    def __init__(self) -> None:
        self._local = threading.local()
        self._last: Pushable | None = None

    @contextmanager
    def current(self, execution: Pushable) -> Iterator[None]:
        """What this thread pushes meanwhile is the result of `execution`."""
        before = self.testing()
        self._local.execution = execution
        try:
            yield
        finally:
            self._local.execution = before
            self._last = execution

    def pushing(self) -> Pushable | None:
        """Returns the execution whose result a push of this thread is, as far as is known."""
        return self.testing() or self._last

    def awaiting_push(self) -> Pushable | None:
        """Returns the execution whose result a script pushes that builds its run itself; None: it is a new one."""
        execution = self.pushing()
        return None if execution is None or execution.pushed else execution

    def testing(self) -> Pushable | None:
        """Returns the execution whose test runs in this thread."""
        execution: Pushable | None = getattr(self._local, "execution", None)
        return execution
