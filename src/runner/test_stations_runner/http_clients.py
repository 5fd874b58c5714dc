"""Sees the answers that requests and httpx get."""

from __future__ import annotations

import functools
import threading
from typing import Any

from .pushes import Pushes
from .session import Session


class HttpClients:
    """Wraps the one method of each client that every request passes."""

    def __init__(self, session: Session, pushes: Pushes) -> None:
        self._session = session
        self._pushes = pushes
        self._local = threading.local()

    def patch_requests(self, sessions: Any) -> None:
        """Args: sessions: the module `requests.sessions`."""
        self._patch(sessions.Session)

    def patch_httpx(self, httpx: Any) -> None:
        """Args: httpx: the module `httpx`."""
        self._patch(httpx.Client)

    def _patch(self, client_class: Any) -> None:
        original = client_class.send

        @functools.wraps(original)
        def send(client: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
            if getattr(self._local, "sending", False):
                return original(client, request, *args, **kwargs)  # a redirect of the request that is seen already
            self._local.sending = True
            self._session.observe(self._sending, request)
            try:
                response = original(client, request, *args, **kwargs)
            except Exception as error:
                self._session.observe(self._pushes.unanswered, str(request.method), str(request.url), error)
                raise
            finally:
                self._local.sending = False
            self._session.observe(self._answered, request, response)
            return response

        client_class.send = send

    def _sending(self, request: Any) -> None:
        mark = self._pushes.sending(str(request.method), str(request.url), _sent(request))
        if mark is not None:
            request.headers.setdefault("Idempotency-Key", mark)

    def _answered(self, request: Any, response: Any) -> None:
        status = int(response.status_code)
        self._pushes.answered(str(request.method), str(request.url), status, lambda: _body(response))


def _sent(request: Any) -> bytes:
    """The body of a request: `body` of requests, `content` of httpx; nothing of one that is streamed."""
    try:
        body = request.body if hasattr(request, "body") else request.content
    except Exception:
        return b""
    return body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else b""


def _body(response: Any) -> object:
    """The JSON of an answer, else its text. An answer that is being streamed is left to its reader."""
    try:
        return response.json()
    except Exception:
        try:
            return response.text
        except Exception:
            return ""
