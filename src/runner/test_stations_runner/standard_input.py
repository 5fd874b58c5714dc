from __future__ import annotations

import builtins
import functools
import getpass
import io
import re
import sys
import threading
import uuid
from collections.abc import Callable
from typing import Any

from .control import STOPPED
from .openhtf_prompts import wait_for_abort
from .questions import Unanswered
from .session import Session
from .streams import PrintedTail

_DEFAULT_MESSAGE = "The script is waiting for a line of input."
_TERMINAL_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")


class StandardInput:
    """Asks the user, through the host, for each line that the script reads: there is no terminal."""

    def __init__(self, session: Session, printed: PrintedTail) -> None:
        self._session = session
        self._printed = printed

    def install(self) -> None:
        stdin = _UserInput(self._read, sys.stdin)
        original = builtins.input
        sys.stdin = stdin

        @functools.wraps(original)
        def read_line(prompt: object = "", /) -> str:
            if sys.stdin is not stdin:  # the script has replaced it
                return original(prompt)
            _show(str(prompt))
            return self._ask(str(prompt), hidden=False)

        def read_hidden(prompt: str = "Password: ", stream: Any = None, **_: Any) -> str:
            _show(prompt)
            return self._ask(prompt, hidden=True)

        builtins.input = read_line
        getpass.getpass = read_hidden

    def _read(self) -> str:
        try:
            return f"{self._ask('', hidden=False)}\n"
        except EOFError:
            return ""

    def _ask(self, prompt: str, hidden: bool) -> str:
        if sys.stdout is not None:
            sys.stdout.flush()
        message = _visible(prompt).strip() or _visible(self._printed.last_line()) or _DEFAULT_MESSAGE
        try:
            line = ask_line(self._session, message, hidden=hidden)
        except EOFError:
            _show("\n")
            raise
        _show("\n" if hidden else f"{line}\n")  # a terminal shows typed text, too
        return line


def ask_line(session: Session, message: str, text_input: bool = True, hidden: bool = False) -> str:
    """Asks the user for one line, or only shows a message until it is confirmed.

    Raises:
        EOFError: There is no editor any more.
        KeyboardInterrupt, SystemExit: The script is stopped.
    """
    request, execution_id = uuid.uuid4().hex, session.channel.running() or ""
    try:
        answer = session.questions.wait(
            request,
            "ui_request",
            execution_id,
            message=message,
            text_input=text_input,
            hidden=hidden,
            image_url=None,
            timeout_s=None,
        )
    finally:
        session.channel.send("ui_resolved", execution_id=execution_id, request_id=request)
    if answer is Unanswered.STOPPED:
        _end_thread()
    if not isinstance(answer, str):
        raise EOFError("EOF when reading a line: there is no editor any more that could be asked")
    return answer


class _UserInput(io.TextIOBase):
    encoding = "utf-8"
    errors = "strict"

    def __init__(self, read: Callable[[], str], replaced: Any) -> None:
        self._read = read
        self._replaced = replaced
        self._pending = ""

    @property
    def buffer(self) -> Any:
        return self._replaced.buffer

    @property
    def name(self) -> str:
        return "<stdin>"

    def fileno(self) -> int:
        return int(self._replaced.fileno())

    def readable(self) -> bool:
        return True

    def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]
        line = self._pending or self._read()
        end = len(line) if size is None or size < 0 else size
        self._pending = line[end:]
        return line[:end]

    def read(self, size: int | None = -1, /) -> str:
        if size is None or size < 0:
            rest, self._pending = self._pending, ""
            return rest
        return self.readline(size) if size > 0 else ""

    def readlines(self, hint: int | None = -1, /) -> list[str]:  # type: ignore[override]
        rest = self.read()
        return [rest] if rest else []


def _visible(text: str) -> str:
    return _TERMINAL_ESCAPES.sub("", text)


def _show(text: str) -> None:
    if sys.stdout is not None:
        sys.stdout.write(text)
        sys.stdout.flush()


def _end_thread() -> None:
    """Ends a thread that waited for a line when the script is stopped. OpenHTF ends a phase by its own exception."""
    if threading.current_thread() is threading.main_thread():
        raise KeyboardInterrupt
    threads = sys.modules.get("openhtf.util.threads")
    if threads is not None and isinstance(threading.current_thread(), threads.KillableThread):
        wait_for_abort()
    raise SystemExit(STOPPED)
