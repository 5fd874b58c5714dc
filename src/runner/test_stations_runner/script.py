from __future__ import annotations

import ast
import builtins
import os
import sys
from collections.abc import Mapping
from importlib.machinery import SourceFileLoader
from types import CodeType, ModuleType
from typing import Any, cast

from .places import RUNNER_FOLDER


def script_name() -> str:
    return os.path.splitext(os.path.basename(sys.argv[0]))[0]


class Script:
    def __init__(self, name: str, arguments: list[str]) -> None:
        self.name = name
        self.path = os.path.abspath(name)
        self.arguments = arguments
        self._source = b""

    def parse(self) -> ast.Module:
        """Reads the file, and returns its syntax tree.

        Raises:
            OSError: The file cannot be read.
            SyntaxError, ValueError: The file is not Python.
        """
        with open(self.path, "rb") as file:
            self._source = file.read()
        # Not `ast.parse`, which would be a frame in the traceback of a SyntaxError.
        tree: Any = compile(self._source, self.path, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
        return cast(ast.Module, tree)

    def compiled(self, changed: ast.Module | None) -> CodeType:
        """Returns the code of the file that was parsed, or of its changed syntax tree; raises as `parse`."""
        content: Any = self._source if changed is None else changed
        return compile(content, self.path, "exec", dont_inherit=True)

    def run(self, code: CodeType, loaded_before: frozenset[str], names: Mapping[str, object]) -> None:
        self.prepare(loaded_before)
        main = _main_module(self.path)
        main.__dict__.update(names)
        # The real entry of sys.modules, not a copy: pickle and multiprocessing look the script's names up there.
        sys.modules["__main__"] = main
        exec(code, main.__dict__)

    def prepare(self, loaded_before: frozenset[str]) -> None:
        """Sets the arguments and the search path that the script would have without the runner."""
        # Python resolves a symbolic link to a script, and finds modules next to the file itself.
        folder = os.path.dirname(os.path.realpath(self.path))
        sys.argv = [self.name, *self.arguments]
        sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry) + os.sep != RUNNER_FOLDER]
        if not getattr(sys.flags, "safe_path", False):
            sys.path.insert(0, folder)
            _forget_shadowed(folder, loaded_before)


def _main_module(path: str) -> ModuleType:
    main = ModuleType("__main__")
    main.__dict__.update(
        __file__=path,
        __cached__=None,
        __builtins__=builtins,
        __loader__=SourceFileLoader("__main__", path),
        __package__=None,
        # Without a spec, multiprocessing starts its children from __file__, as for any script.
        __spec__=None,
    )
    return main


def _forget_shadowed(folder: str, loaded_before: frozenset[str]) -> None:
    """Lets modules next to the script take precedence over standard ones that only the runner has loaded."""
    preserved = {*loaded_before, *sys.builtin_module_names, __name__.partition(".")[0]}
    for name in list(sys.modules):
        top = name.partition(".")[0]
        if top not in preserved and any(
            os.path.isfile(os.path.join(folder, file)) for file in (f"{top}.py", os.path.join(top, "__init__.py"))
        ):
            del sys.modules[name]
