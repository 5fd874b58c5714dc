from __future__ import annotations

import functools
import inspect
import linecache
import os
import re
import sysconfig
from collections.abc import Iterable
from types import CodeType
from typing import TypedDict

RUNNER_FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep


class Place(TypedDict):
    file: str
    line: int


class Files:
    def __init__(self, script: str) -> None:
        self._start_folder = os.getcwd()
        self._script_folder = os.path.dirname(self._absolute(script)) + os.sep
        paths = sysconfig.get_paths()
        self._foreign = {RUNNER_FOLDER, *(paths[name] + os.sep for name in ("stdlib", "platstdlib"))}

    def users_place(self, frames: Iterable[tuple[str, int | None]]) -> Place | None:
        """Returns the innermost place in the user's files, those below the script's folder first.

        Args:
            frames: File and line, outermost first.
        """
        places = [Place(file=self._absolute(file), line=line or 1) for file, line in frames if self.is_users(file)]
        near = [place for place in places if place["file"].startswith(self._script_folder)]
        candidates = near or places
        return candidates[-1] if candidates else None

    def is_users(self, file: str) -> bool:
        if file.startswith("<"):
            return False
        path = self._absolute(file)
        installed = re.search(r"[\\/](site|dist)-packages[\\/]", path)
        return not installed and not any(path.startswith(folder) for folder in self._foreign)

    def definition(self, function: object) -> Place | None:
        code = _code(function)
        if code is None:
            return None
        return Place(file=self._absolute(code.co_filename), line=_line_of_def(code))

    def _absolute(self, file: str) -> str:
        # The script may have changed its folder since the code was compiled.
        return os.path.normpath(os.path.join(self._start_folder, file))


def _code(function: object) -> CodeType | None:
    while isinstance(function, functools.partial):
        function = function.func
    if callable(function):
        function = inspect.unwrap(function)
    function = getattr(function, "__func__", function)
    code = getattr(function, "__code__", None)
    if code is None and not isinstance(function, type):
        code = getattr(vars(type(function)).get("__call__"), "__code__", None)
    return code if isinstance(code, CodeType) else None


def _line_of_def(code: CodeType) -> int:
    """Returns the line of `def`: the code of a decorated function begins at its first decorator."""
    pattern = re.compile(rf"\s*(async\s+)?def\s+{re.escape(code.co_name)}\b")
    body = [line for _, _, line in code.co_lines() if line is not None and line > code.co_firstlineno]
    for line in range(code.co_firstlineno, max(body, default=code.co_firstlineno) + 1):
        if pattern.match(linecache.getline(code.co_filename, line)):
            return line
    return code.co_firstlineno
