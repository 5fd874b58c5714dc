from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from urllib.parse import urlsplit

from .acknowledgement import Identity
from .executions import Pushable
from .modes import Mode
from .session import Session

# Where the official clients create a run.
_CREATES_RUN = re.compile(r"/api/+(v1/+runs|v1/+import|v2/+runs)/*$")

# The push under way; of each thread and each asynchronous task its own.
_push: ContextVar[Push | None] = ContextVar("test_stations_push", default=None)


class Pushes:
    """Evaluates the answers to the requests of this process: each push has one result, whichever client makes it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @contextmanager
    def push(self, execution: Pushable | None, is_dated: bool = True) -> Iterator[Push]:
        """Makes all requests of this thread or task belong to one push, which has exactly one result."""
        outer = _push.get()
        push = outer or Push(execution, is_dated)
        token = _push.set(push)
        try:
            yield push
        except BaseException as error:
            push.failed(None, str(error) or type(error).__name__)
            raise
        finally:
            _push.reset(token)
            if outer is None:
                (self._done if push.settled else self._report_failure)(push)

    def sending(self, request: Request) -> str | None:
        """Saves the run that a request is about to create; returns the mark that all tries to create this run share."""
        resource, push = request.created, _push.get()
        if resource is None or push is None or push.execution is None:
            return None
        kept = push.execution
        if not resource.endswith("import"):  # a report is kept with its record
            kept = self._session.handover.keep_request(kept, resource[:2], request.body, push.is_dated)
        push.runs = [push.execution] if kept is push.execution else [push.execution, kept]
        return kept.id if self._session.server.is_asked_by(request.url) else None

    def answered(self, request: Request, status: int, read_body: Callable[[], object]) -> None:
        """Evaluates an answer; `read_body` returns its JSON or text and is called only if the answer counts."""
        push = _push.get()
        if not request.created and (push is None or status < 400):
            return
        if not self._session.server.is_asked_by(request.url):
            if push is not None and request.created:
                push.failed(None, f"The script pushed this run to {_origin(request.url)}, not to the station's server.")
            return
        body = read_body()
        run_id = body.get("id") if isinstance(body, dict) else None
        if request.created and 200 <= status < 300 and run_id:
            self._report_success(push, request, str(run_id))
        else:
            self._failed(push, request, status, _message(status, body))

    def unanswered(self, request: Request, error: Exception) -> None:
        push = _push.get()
        if push is not None or (request.created and self._session.server.is_asked_by(request.url)):
            self._failed(push, request, None, str(error) or type(error).__name__)

    def _failed(self, push: Push | None, request: Request, status: int | None, message: str) -> None:
        if push is None:
            push = Push(self._execution_of(request))
            push.failed(status, message)
            self._report_failure(push)
        else:
            push.failed(status, message)

    def _execution_of(self, request: Request) -> Pushable | None:
        identity = _identity_in(request.body)
        return None if identity is None else self._session.executions.pushed_by(identity)

    def _report_success(self, push: Push | None, request: Request, run_id: str) -> None:
        outer = push
        push = push or Push(self._execution_of(request))
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
        for execution in push.runs:
            if execution is not self._session.executions.testing():
                self._session.handover.done(execution)

    def _report_failure(self, push: Push) -> None:
        status, message = push.failure or (None, "The client gave up before it sent anything.")
        execution = push.execution
        if execution is not None:
            execution.failure = (status, message)
        execution_id = None if execution is None else execution.id
        self._session.channel.send("run_upload_failed", execution_id=execution_id, status=status, message=message)
        if execution is not None:
            self._session.handover.failed(execution)


@dataclass(frozen=True)
class Request:
    method: str
    url: str
    body: bytes

    @property
    def created(self) -> str | None:
        match = _CREATES_RUN.search(urlsplit(self.url).path) if self.method == "POST" else None
        return None if match is None else match[1]


class Push:
    """One push, which may take several requests and tries."""

    def __init__(self, execution: Pushable | None, is_dated: bool = True) -> None:
        self.execution = execution
        self.is_dated = is_dated
        # Whose run it creates: the execution, and the one that tried to push the same before.
        self.runs: list[Pushable] = [] if execution is None else [execution]
        self.settled = False
        self.failure: tuple[int | None, str] | None = None

    def failed(self, status: int | None, message: str) -> None:
        """Notes the latest failure. An answer of the server takes precedence over an error of the client."""
        if self.failure is None or self.failure[0] is None or status is not None:
            self.failure = (status, message)


def _identity_in(body: bytes) -> Identity | None:
    try:
        fields = json.loads(body)
        unit = fields.get("unit_under_test") or fields
        passed = fields["run_passed"] if "run_passed" in fields else fields["outcome"] == "PASS"
        return Identity(str(unit["serial_number"]), (str(fields["procedure_id"]),), "PASS" if passed else "FAIL")
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _message(status: int, body: object) -> str:
    if isinstance(body, dict):
        error = body.get("error")
        told = error.get("message") if isinstance(error, dict) else error
        told = told or body.get("message")
        if isinstance(told, str) and told:
            return told
    return f"The server answered {status}: {str(body)[:500]}" if body else f"The server answered {status}."
