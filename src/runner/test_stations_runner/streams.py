"""Prints that survive the host's end: a window reload closes the pipes, the test goes on."""

from __future__ import annotations

import io
import os
import sys
from typing import Any


def survive_broken_pipes() -> None:
    """Rebuilds stdout and stderr on a file that turns to the null device when nobody reads any more."""
    for name in ("stdout", "stderr"):
        stream = _rebuilt(getattr(sys, name))
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


class _LastingFile(io.FileIO):
    """The lowest layer of a text stream, so that `.buffer`, `.fileno()` and all above it stay Python's own."""

    def write(self, data: Any, /) -> int:
        try:
            # None says that a non-blocking file is full.
            return super().write(data)  # type: ignore[return-value, unused-ignore]
        except OSError as error:
            # Windows names a pipe that nobody reads EINVAL.
            if not isinstance(error, (BrokenPipeError, ConnectionResetError)) and os.name != "nt":
                raise
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, self.fileno())
            os.close(null)
            return memoryview(data).nbytes


def _rebuilt(stream: Any) -> Any:
    """Returns an equal text stream on a lasting file; `stream` itself when it is no plain file (console, None)."""
    buffer = getattr(stream, "buffer", None)
    raw = getattr(buffer, "raw", buffer)
    if not isinstance(stream, io.TextIOWrapper) or type(raw) is not io.FileIO:
        return stream
    stream.flush()
    lasting = _LastingFile(raw.fileno(), "wb", closefd=False)
    lasting.name = raw.name
    unbuffered = raw is buffer
    rebuilt = io.TextIOWrapper(
        lasting if unbuffered else io.BufferedWriter(lasting),  # type: ignore[arg-type, unused-ignore]
        encoding=stream.encoding,
        errors=stream.errors,
        newline=None if os.name == "nt" else "\n",
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )
    rebuilt.mode = stream.mode  # type: ignore[attr-defined, misc, unused-ignore]
    return rebuilt
