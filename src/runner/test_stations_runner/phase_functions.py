"""Finds the phases of a plain script: functions named `phase_...`, in scripts without OpenHTF and without a client.

The script's syntax tree is changed so that each of these functions is announced when it is defined or imported; a call
of it then passes through `PlainRuns`.
"""

from __future__ import annotations

import ast
import functools
import linecache
import sys
from collections.abc import Callable, Iterator
from typing import Any

from .plain_calls import PhaseFunction
from .plain_runs import PlainRuns
from .pytest_file import imported_packages

_ANNOUNCE = "__test_stations_phase__"
_ANNOUNCE_ALL = "__test_stations_phases__"
_MARK = "__test_stations_is_phase__"
_PREFIX = "phase_"
_CLIENTS = ("openhtf", "tofupilot")


class PhaseFunctions:
    def __init__(self, runs: PlainRuns, script: str) -> None:
        self._runs = runs
        self._script = script
        # Called when the script only defines them.
        self._module_phases: dict[str, Callable[..., Any]] = {}

    def instrument(self, tree: ast.Module) -> dict[str, object]:
        """Changes the script so that its phases are announced.

        Returns:
            The names that the changed script needs; none when it has no phases or uses a client.

        Raises:
            SyntaxError: A phase is asynchronous or a generator, which the runner cannot follow.
        """
        if imported_packages(tree).intersection(_CLIENTS):
            return {}
        transformer = _Announcing(self._script)
        transformer.visit(tree)
        if not transformer.found:
            return {}
        ast.fix_missing_locations(tree)
        return {_ANNOUNCE: self._announcer, _ANNOUNCE_ALL: self._announce_all}

    def call_if_never_called(self) -> None:
        if not self._runs.has_started:
            for function in list(self._module_phases.values()):
                function()

    def _announcer(self, name: str, is_module_level: bool) -> Callable[[Any], Any]:
        return functools.partial(self._announced, name, is_module_level)

    def _announce_all(self) -> None:
        names = vars(sys.modules["__main__"])
        for name, value in list(names.items()):
            if name.startswith(_PREFIX) and not hasattr(value, _MARK):
                names[name] = self._announced(name, True, value)

    def _announced(self, name: str, is_module_level: bool, function: Any) -> Any:
        """Returns the replacement of a function that the script has defined or imported."""
        if isinstance(function, (staticmethod, classmethod)):
            return type(function)(self._announced(name, is_module_level, function.__func__))
        is_openhtfs = type(function).__module__.partition(".")[0] == "openhtf"
        if not callable(function) or isinstance(function, type) or is_openhtfs:
            return function
        phase = PhaseFunction(name, function)
        self._runs.add(phase)

        def called(*args: Any, **kwargs: Any) -> Any:
            return self._runs.call(phase, args, kwargs)

        functools.update_wrapper(called, function)
        setattr(called, _MARK, True)
        if is_module_level:
            self._module_phases.pop(name, None)  # only the last definition of a name counts
            self._module_phases[name] = called
        return called


class _Announcing(ast.NodeTransformer):
    def __init__(self, script: str) -> None:
        self.found = False
        self._script = script
        self._depth = 0

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        if node.name.startswith(_PREFIX):
            if any(isinstance(inner, (ast.Yield, ast.YieldFrom)) for inner in _own_nodes(node)):
                raise self._refusal(node, "is a generator. A phase returns its result: remove the yield.")
            self._announce(node)
        return self._inside(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        if node.name.startswith(_PREFIX):
            raise self._refusal(node, "is asynchronous. Make it a plain function that calls asyncio.run.")
        return self._inside(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        return self._inside(node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> Any:
        statements: list[ast.stmt] = [node]
        for name in (alias.asname or alias.name for alias in node.names):
            if name == "*":
                statements.append(ast.Expr(ast.Call(ast.Name(_ANNOUNCE_ALL, ast.Load()), [], [])))
            elif name.startswith(_PREFIX):
                announced = ast.Call(self._announcer(name), [ast.Name(name, ast.Load())], [])
                statements.append(ast.Assign([ast.Name(name, ast.Store())], announced))
        self.found = self.found or len(statements) > 1
        for statement in statements[1:]:
            ast.copy_location(statement, node)
        return statements

    def _inside(self, node: ast.AST) -> ast.AST:
        self._depth += 1
        try:
            return self.generic_visit(node)
        finally:
            self._depth -= 1

    def _announce(self, node: ast.FunctionDef) -> None:
        self.found = True
        node.decorator_list.insert(0, ast.copy_location(self._announcer(node.name), node))

    def _announcer(self, name: str) -> ast.Call:
        return ast.Call(ast.Name(_ANNOUNCE, ast.Load()), [ast.Constant(name), ast.Constant(self._depth == 0)], [])

    def _refusal(self, node: ast.FunctionDef | ast.AsyncFunctionDef, why: str) -> SyntaxError:
        line = linecache.getline(self._script, node.lineno)
        return SyntaxError(f"The phase {node.name} {why}", (self._script, node.lineno, node.col_offset + 1, line))


def _own_nodes(function: ast.FunctionDef) -> Iterator[ast.AST]:
    pending: list[ast.AST] = list(function.body)
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            pending.extend(ast.iter_child_nodes(node))
