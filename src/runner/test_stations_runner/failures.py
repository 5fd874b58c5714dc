from __future__ import annotations

import traceback
from types import TracebackType
from typing import TypedDict

from .places import RUNNER_FOLDER, Files, Place
from .values import safe_text, truncate


class Failure(TypedDict):
    type: str
    message: str
    traceback: str
    place: Place | None
    missing_module: str | None


def describe(error: BaseException, trace: TracebackType | None, files: Files) -> Failure:
    """Describes an exception for the host; changes neither it nor its traceback."""
    formatted = traceback.TracebackException(type(error), error, trace)
    _drop_runner(formatted)
    frames = [(frame.filename, frame.lineno) for frame in formatted.stack]
    if isinstance(error, SyntaxError) and error.filename is not None:
        frames.append((error.filename, error.lineno))
    return Failure(
        type=type(error).__name__,
        message=truncate(_message(error)),
        traceback=truncate("".join(formatted.format())),
        place=files.users_place(frames),
        missing_module=error.name if isinstance(error, ModuleNotFoundError) else None,
    )


def without_runner_frames(error: BaseException) -> TracebackType | None:
    """Removes the runner's frames from the traceback of an exception and its causes; returns its own traceback."""
    seen: set[int] = set()
    pending: list[BaseException | None] = [error]
    while pending:
        each = pending.pop()
        if each is not None and id(each) not in seen:
            seen.add(id(each))
            each.__traceback__ = _relinked(each.__traceback__)
            pending += [each.__cause__, each.__context__]
    return error.__traceback__


def _message(error: BaseException) -> str:
    if isinstance(error, SyntaxError) and error.msg:
        return error.msg
    return safe_text(str, error)


def _drop_runner(formatted: traceback.TracebackException) -> None:
    formatted.stack[:] = [frame for frame in formatted.stack if not _is_runners(frame.filename)]
    members = getattr(formatted, "exceptions", None) or []  # an exception group has them
    for other in (formatted.__cause__, formatted.__context__, *members):
        if other is not None:
            _drop_runner(other)


def _relinked(trace: TracebackType | None) -> TracebackType | None:
    while trace is not None and _is_runners(trace.tb_frame.f_code.co_filename):
        trace = trace.tb_next
    if trace is not None:
        trace.tb_next = _relinked(trace.tb_next)
    return trace


def _is_runners(file: str) -> bool:
    return file.startswith(RUNNER_FOLDER)
