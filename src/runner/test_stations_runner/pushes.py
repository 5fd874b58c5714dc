"""Whether the script's own push reached the server: one result for each push, whichever client made it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from urllib.parse import urlsplit

from .executions import Pushable
from .modes import Mode
from .session import Session

# Where the official clients create a run.
_CREATES_RUN = re.compile(r"/api/+(v1/+runs|v1/+import|v2/+runs)/*$")

# The push under way; of each thread and each asynchronous task its own.
_push: ContextVar[Push | None] = ContextVar("test_stations_push", default=None)


class Pushes:
    """Sees the answers to the requests of this process, and tells those that decide about a run."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @contextmanager
    def push(self, execution: Pushable | None) -> Iterator[Push]:
        """All requests of this thread or task meanwhile belong to one push, which has exactly one result."""
        outer = _push.get()
        push = outer or Push(execution)
        token = _push.set(push)
        try:
            yield push
        except BaseException as error:
            push.failed(None, str(error) or type(error).__name__)
            raise
        finally:
            _push.reset(token)
            if outer is None:
                (self._done if push.settled else self._tell_failure)(push)

    def sending(self, method: str, url: str, body: bytes) -> str | None:
        """Keeps the run that a request is about to create. Returns a text that marks this run in all tries."""
        match = _CREATES_RUN.search(urlsplit(url).path) if method == "POST" else None
        push = _push.get()
        if match is None or push is None or push.execution is None:
            return None
        kept = push.execution
        if not match[1].endswith("import"):  # a report is kept with its record
            kept = self._session.handover.keep_request(kept, match[1][:2], body)
        push.runs = [push.execution] if kept is push.execution else [push.execution, kept]
        return kept.id

    def answered(self, method: str, url: str, status: int, read_body: Callable[[], object]) -> None:
        """Args: read_body: returns the answer's JSON, or its text; called only for answers that count."""
        creates = _creates_run(method, url)
        push = _push.get()
        if not creates and (push is None or status < 400):
            return
        body = read_body()
        run_id = body.get("id") if isinstance(body, dict) else None
        if creates and 200 <= status < 300 and run_id:
            self._tell_success(push, str(run_id))
        else:
            self._failed(push, status, _message(status, body))

    def unanswered(self, method: str, url: str, error: Exception) -> None:
        """Args: error: what kept the request from being answered."""
        push = _push.get()
        if push is not None or _creates_run(method, url):
            self._failed(push, None, str(error) or type(error).__name__)

    def _failed(self, push: Push | None, status: int | None, message: str) -> None:
        if push is None:
            push = Push(self._session.executions.pushing())
            push.failed(status, message)
            self._tell_failure(push)
        else:
            push.failed(status, message)

    def _tell_success(self, push: Push | None, run_id: str) -> None:
        outer = push
        push = push or Push(self._session.executions.pushing())
        push.settled = True
        for execution in push.runs:
            execution.pushed = True
            self._session.handover.pushed(execution, run_id)
        if outer is None:
            self._done(push)
        if self._session.mode is not Mode.DRY:
            for execution_id in [each.id for each in push.runs] or [""]:
                self._session.channel.send("run_uploaded", execution_id=execution_id or None, run_id=run_id)

    def _done(self, push: Push) -> None:
        """A test that goes on may attach more: its end is seen elsewhere."""
        for execution in push.runs:
            if execution is not self._session.executions.testing():
                self._session.handover.done(execution)

    def _tell_failure(self, push: Push) -> None:
        status, message = push.failure or (None, "The client gave up before it sent anything.")
        execution = push.execution
        if execution is not None:
            execution.failure = (status, message)
        execution_id = None if execution is None else execution.id
        self._session.channel.send("run_upload_failed", execution_id=execution_id, status=status, message=message)
        if execution is not None:
            self._session.handover.failed(execution)


class Push:
    """One push, which may take several requests and attempts."""

    def __init__(self, execution: Pushable | None) -> None:
        self.execution = execution
        # Whose run it creates: the execution, and the one that tried to push the same before.
        self.runs: list[Pushable] = [] if execution is None else [execution]
        self.settled = False
        self.failure: tuple[int | None, str] | None = None

    def failed(self, status: int | None, message: str) -> None:
        """Notes why it failed so far. What the server said counts more than what the client made of it."""
        if self.failure is None or self.failure[0] is None or status is not None:
            self.failure = (status, message)


def _creates_run(method: str, url: str) -> bool:
    return method == "POST" and _CREATES_RUN.search(urlsplit(url).path) is not None


def _message(status: int, body: object) -> str:
    if isinstance(body, dict):
        error = body.get("error")
        told = error.get("message") if isinstance(error, dict) else error
        told = told or body.get("message")
        if isinstance(told, str) and told:
            return told
    return f"The server answered {status}: {str(body)[:500]}" if body else f"The server answered {status}."
