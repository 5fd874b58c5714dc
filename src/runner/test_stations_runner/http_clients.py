from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from .pushes import Pushes, Request
from .session import Session

# True while a request is sent: its redirects are part of it. Each thread and each asynchronous task has its own.
_is_sending: ContextVar[bool] = ContextVar("test_stations_sending", default=False)


class HttpClients:
    def __init__(self, session: Session, pushes: Pushes) -> None:
        self._session = session
        self._pushes = pushes

    def patch_requests(self, sessions: Any) -> None:
        self._patch(sessions.Session)

    def patch_httpx(self, httpx: Any) -> None:
        self._patch(httpx.Client)
        self._patch_async(httpx.AsyncClient)

    def _patch(self, client_class: Any) -> None:
        original = client_class.send

        @functools.wraps(original)
        def send(client: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
            with self._watched(request) as answered:
                return answered(original(client, request, *args, **kwargs))

        client_class.send = send

    def _patch_async(self, client_class: Any) -> None:
        original = client_class.send

        @functools.wraps(original)
        async def send(client: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
            with self._watched(request) as answered:
                return answered(await original(client, request, *args, **kwargs))

        client_class.send = send

    @contextmanager
    def _watched(self, request: Any) -> Iterator[Callable[[Any], Any]]:
        if _is_sending.get():
            yield lambda response: response
            return
        token = _is_sending.set(True)
        self._session.observe(self._sending, request)
        response = None
        try:

            def answered(answer: Any) -> Any:
                nonlocal response
                response = answer
                return answer

            yield answered
        except Exception as error:
            self._session.observe(self._pushes.handle_error, _read(request), error)
            raise
        finally:
            _is_sending.reset(token)
        self._session.observe(self._answered, request, response)

    def _sending(self, request: Any) -> None:
        read = _read(request)
        mark = self._pushes.save_run(read)
        if mark is not None:
            request.headers.setdefault("Idempotency-Key", mark)
        request.headers.update(self._pushes.headers_of(read))

    def _answered(self, request: Any, response: Any) -> None:
        status = int(response.status_code)
        self._pushes.handle_answer(_read(request), status, lambda: _body(response))


def _read(request: Any) -> Request:
    try:
        body = request.body if hasattr(request, "body") else request.content
    except Exception:
        body = b""
    body = body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else b""
    return Request(str(request.method), str(request.url), body)


def _body(response: Any) -> object:
    try:
        return response.json()
    except Exception:
        try:
            return response.text
        except Exception:  # such as that of a streamed answer, which only its reader may read
            return ""
