"""Prints that survive the host's end: a window reload closes the pipes, the test goes on."""

from __future__ import annotations

import io
import os
import sys
from typing import Any


def survive_broken_pipes() -> None:
    """Rebuilds stdout and stderr so that they turn to the null device when nobody reads them any more."""
    for name in ("stdout", "stderr"):
        stream = _rebuilt(getattr(sys, name))
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


class _LastingBuffer(io.BufferedWriter):
    """Guards the layer above the file: what it has taken is written once, also when a stop interrupts the write."""

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except OSError as error:
            _turn_to_null(self.fileno(), error)
            return super().write(data)

    def flush(self) -> None:
        try:
            super().flush()
        except OSError as error:
            _turn_to_null(self.fileno(), error)
            super().flush()


class _LastingFile(io.FileIO):
    """The same for `python -u`, where the text layer writes to the file itself."""

    def write(self, data: Any, /) -> Any:
        try:
            return super().write(data)
        except OSError as error:
            _turn_to_null(self.fileno(), error)
            return super().write(data)


def _turn_to_null(file: int, error: OSError) -> None:
    """Raises `error` again when it does not say that the reader has gone."""
    # Windows names a pipe that nobody reads EINVAL.
    if not isinstance(error, (BrokenPipeError, ConnectionResetError)) and os.name != "nt":
        raise error
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, file)
    os.close(null)


def _rebuilt(stream: Any) -> Any:
    """Returns an equal text stream that lasts; `stream` itself when it is no plain file (console, None)."""
    buffer = getattr(stream, "buffer", None)
    raw = getattr(buffer, "raw", buffer)
    if not isinstance(stream, io.TextIOWrapper) or type(raw) is not io.FileIO:
        return stream
    stream.flush()
    buffered = raw is not buffer
    file: Any = (io.FileIO if buffered else _LastingFile)(raw.fileno(), "wb", closefd=False)
    file.name = raw.name
    rebuilt: Any = io.TextIOWrapper(
        _LastingBuffer(file) if buffered else file,
        encoding=stream.encoding,
        errors=stream.errors,
        newline=None if os.name == "nt" else "\n",
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )
    rebuilt.mode = "w"
    return rebuilt
