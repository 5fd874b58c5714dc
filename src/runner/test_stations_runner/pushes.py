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
from .session import Session
from .settings import Mode

_CREATES_RUN = re.compile(r"/api/+(v1/+runs|v1/+import|v2/+runs)/*$")

# Each thread and each asynchronous task has its own.
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
            push.record_failure(None, str(error) or type(error).__name__)
            raise
        finally:
            _push.reset(token)
            if outer is None:
                if push.is_acknowledged:
                    self._finish(push)
                else:
                    self._report_failure(push)

    def save_run(self, request: Request) -> str | None:
        """Saves the run that a request is about to create; returns the mark that all tries to create this run share."""
        resource, push = request.created_resource, _push.get()
        if resource is None or push is None or push.execution is None:
            return None
        execution = push.execution
        if not resource.endswith("import"):  # a report has been saved with its record
            execution = self._session.handover.save_request(execution, resource[:2], request.body, push.is_dated)
        push.runs = [push.execution] if execution is push.execution else [push.execution, execution]
        return execution.id if self._session.server.is_target_of(request.url) else None

    def headers_of(self, request: Request) -> dict[str, str]:
        """Returns what is said of a run, if the request is about to create one on the station's server."""
        is_push = request.created_resource is not None and self._session.server.is_target_of(request.url)
        return self._session.push_headers if is_push else {}

    def handle_answer(self, request: Request, status: int, read_body: Callable[[], object]) -> None:
        push = _push.get()
        if not request.created_resource and (push is None or status < 400):
            return
        if not self._session.server.is_target_of(request.url):
            if push is not None and request.created_resource:
                push.record_failure(
                    None, f"The script pushed this run to {_origin(request.url)}, not to the station's server."
                )
            return
        body = read_body()
        run_id = body.get("id") if isinstance(body, dict) else None
        if request.created_resource and 200 <= status < 300 and run_id:
            self._report_success(push, request, str(run_id))
        else:
            self._record_failure(push, request, status, _message(status, body))

    def handle_error(self, request: Request, error: Exception) -> None:
        push = _push.get()
        if push is not None or (request.created_resource and self._session.server.is_target_of(request.url)):
            self._record_failure(push, request, None, str(error) or type(error).__name__)

    def _record_failure(self, push: Push | None, request: Request, status: int | None, message: str) -> None:
        if push is None:
            push = Push(self._execution_of(request))
            push.record_failure(status, message)
            self._report_failure(push)
        else:
            push.record_failure(status, message)

    def _execution_of(self, request: Request) -> Pushable | None:
        identity = _identity_in(request.body)
        return None if identity is None else self._session.executions.find_pushed_by(identity)

    def _report_success(self, push: Push | None, request: Request, run_id: str) -> None:
        outer = push
        push = push or Push(self._execution_of(request))
        push.is_acknowledged = True
        for execution in push.runs:
            execution.is_pushed = True
            self._session.handover.push_acknowledged(execution, run_id)
        if outer is None:
            self._finish(push)
        if self._session.mode is not Mode.DRY:
            ids: list[str | None] = [each.id for each in push.runs]
            for execution_id in ids or [None]:
                self._session.channel.send("run_uploaded", execution_id=execution_id, run_id=run_id)

    def _finish(self, push: Push) -> None:
        for execution in push.runs:
            # A test that is still running may attach more; `test_finished` ends its push.
            if execution is not self._session.executions.current_test():
                self._session.handover.push_finished(execution)

    def _report_failure(self, push: Push) -> None:
        status, message = push.failure or (None, "The client gave up before it sent anything.")
        execution = push.execution
        if execution is not None:
            execution.failure = (status, message)
        execution_id = None if execution is None else execution.id
        self._session.channel.send("run_upload_failed", execution_id=execution_id, status=status, message=message)
        if execution is not None:
            self._session.handover.expect_push(execution)


@dataclass(frozen=True)
class Request:
    method: str
    url: str
    body: bytes

    @property
    def created_resource(self) -> str | None:
        match = _CREATES_RUN.search(urlsplit(self.url).path) if self.method == "POST" else None
        return None if match is None else match[1]


class Push:
    def __init__(self, execution: Pushable | None, is_dated: bool = True) -> None:
        self.execution = execution
        self.is_dated = is_dated
        # The execution whose run it creates, and an earlier one whose push this one retries.
        self.runs: list[Pushable] = [] if execution is None else [execution]
        self.is_acknowledged = False
        self.failure: tuple[int | None, str] | None = None

    def record_failure(self, status: int | None, message: str) -> None:
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
        text = error.get("message") if isinstance(error, dict) else error
        text = text or body.get("message")
        if isinstance(text, str) and text:
            return text
    return f"The server answered {status}: {str(body)[:500]}" if body else f"The server answered {status}."
