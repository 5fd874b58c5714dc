from __future__ import annotations

import io
import os
import sys
from typing import Any


class PrintedTail:
    _MAX_BYTES = 2_000

    def __init__(self) -> None:
        self._end = b""

    def append(self, data: Any) -> None:
        self._end = (self._end + bytes(data[-self._MAX_BYTES :]))[-self._MAX_BYTES :]

    def last_line(self) -> str:
        lines = self._end.decode(errors="replace").strip().splitlines()
        return lines[-1].strip() if lines else ""


def survive_broken_pipes() -> PrintedTail:
    """Redirects stdout and stderr to the null device when their reader ends: a window reload must not end the test.

    Returns:
        What is printed to stdout from now on.
    """
    printed = PrintedTail()
    for name in ("stdout", "stderr"):
        original = getattr(sys, name)
        if original is not getattr(sys, f"__{name}__"):
            continue  # a child process may print elsewhere
        stream = _pipe_safe(original, printed if name == "stdout" else PrintedTail())
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    return printed


class _PipeSafe:
    printed: PrintedTail

    def write(self, data: Any, /) -> Any:
        stream: Any = super()
        self.printed.append(data)
        try:
            return stream.write(data)
        except OSError as error:
            _redirect_to_null(stream.fileno(), error)
            return stream.write(data)


class _PipeSafeBuffer(_PipeSafe, io.BufferedWriter):
    """Guards the layer above the file, so that its content is written once even if a stop interrupts the write."""

    def flush(self) -> None:
        try:
            super().flush()
        except OSError as error:
            _redirect_to_null(self.fileno(), error)
            super().flush()


class _PipeSafeFile(_PipeSafe, io.FileIO):
    """Guards the file for `python -u`, whose text layer writes to the file itself."""


def _redirect_to_null(file: int, error: OSError) -> None:
    # Windows reports EINVAL for a pipe without a reader.
    if not isinstance(error, (BrokenPipeError, ConnectionResetError)) and os.name != "nt":
        raise error
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, file)
    os.close(null)


def _pipe_safe(stream: Any, printed: PrintedTail) -> Any:
    buffer = getattr(stream, "buffer", None)
    raw = getattr(buffer, "raw", buffer)
    if not isinstance(stream, io.TextIOWrapper) or type(raw) is not io.FileIO or raw.closefd:
        return stream
    stream.flush()
    buffered = raw is not buffer
    file: Any = (io.FileIO if buffered else _PipeSafeFile)(raw.fileno(), "wb", closefd=False)
    file.name = raw.name
    binary: Any = _PipeSafeBuffer(file) if buffered else file
    binary.printed = printed
    rebuilt: Any = io.TextIOWrapper(
        binary,
        encoding=stream.encoding,
        errors=stream.errors,
        newline=None if os.name == "nt" else "\n",
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )
    rebuilt.mode = "w"
    return rebuilt
