"""Answers what a script sends to TofuPilot in a dry run, so that no request leaves this machine."""

from __future__ import annotations

import functools
import io
import json
import re
import sys
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

# The clients' server in a dry run; names below `.invalid` never resolve (RFC 2606).
HOST = "dry-run.invalid"

# TofuPilot's resources, for clients with an address and a key from the script.
_TOFUPILOT = re.compile(
    r"/api/+(v1/+(runs|import|uploads|streaming)|v2/+(attachments|batches|deployments|imports|logs|measurements|parts"
    r"|phases|procedures|runs|stations|units|users|whoami)|trpc)(/|$)"
)
_READS = ("GET", "HEAD", "OPTIONS")
_MESSAGE = "Dry run: no server is asked."
_HEADERS = {"Content-Type": "application/json"}  # the v1 client reads the text of an error only with exactly this type


def patch_requests(adapters: Any) -> None:
    original = adapters.HTTPAdapter.send

    @functools.wraps(original)
    def send(adapter: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        answer = answer_to(str(request.method), str(request.url), request.headers)
        if answer is None:
            return original(adapter, request, *args, **kwargs)
        status, body = answer
        urllib3: Any = sys.modules["urllib3"]
        raw = urllib3.HTTPResponse(io.BytesIO(body), headers=_HEADERS, status=status, preload_content=False)
        return adapter.build_response(request, raw)

    adapters.HTTPAdapter.send = send


def patch_httpx(httpx: Any) -> None:
    transport_class, async_class = httpx.HTTPTransport, httpx.AsyncHTTPTransport
    original, async_original = transport_class.handle_request, async_class.handle_async_request

    def forged(request: Any) -> Any:
        answer = answer_to(str(request.method), str(request.url), request.headers)
        return answer and httpx.Response(answer[0], headers=_HEADERS, content=answer[1], request=request)

    @functools.wraps(original)
    def handle_request(transport: Any, request: Any) -> Any:
        return forged(request) or original(transport, request)

    @functools.wraps(async_original)
    async def handle_async_request(transport: Any, request: Any) -> Any:
        return forged(request) or await async_original(transport, request)

    transport_class.handle_request = handle_request
    async_class.handle_async_request = handle_async_request


def answer_to(method: str, url: str, headers: Mapping[str, Any]) -> tuple[int, bytes] | None:
    """Returns status and JSON for a request to a TofuPilot server; None: the request goes elsewhere and may be sent."""
    parts = urlsplit(url)
    authorized = str(headers.get("Authorization", "")).startswith("Bearer ")
    if parts.hostname != HOST and not (authorized and _TOFUPILOT.search(parts.path)):
        return None
    if method.upper() in _READS:
        refusal = {"message": _MESSAGE, "code": "NOT_FOUND", "issues": [], "error": {"message": _MESSAGE}}
        return 404, json.dumps(refusal).encode()
    stored = f"https://{HOST}/stored"
    fields = {"id": str(uuid.uuid4()), "url": stored, "uploadUrl": stored, "upload_url": stored, "results": []}
    return 200, json.dumps(fields).encode()
