"""The kinds of scripts: which of them a file is, and how it runs. `src/shared/script` has the same rules."""

from __future__ import annotations

import ast
from collections.abc import Callable

from .phase_functions import PhaseFunctions
from .plain_runs import PlainRuns
from .pytest_file import is_pytest_file
from .pytest_session import run_pytest
from .robot_file import is_robot_file
from .robot_session import run_robot
from .script import Script
from .session import Session

Run = Callable[[frozenset[str]], object]
"""Runs a script, and returns its exit code. It takes the modules that Python had loaded before the runner."""


def load(session: Session, runs: PlainRuns, script: Script) -> Run:
    """Returns what runs the script.

    Raises:
        OSError: The file cannot be read.
        SyntaxError, ValueError: The file is not Python.
    """
    if is_robot_file(script.path):
        return _robot(session, runs, script)
    tree = script.parse()
    return _pytest(session, runs, script) if is_pytest_file(script.path, tree) else _python_script(runs, script, tree)


def _robot(session: Session, runs: PlainRuns, script: Script) -> Run:
    with open(script.path, "rb"):
        pass  # an error of a file that cannot be read is the same for all kinds

    def run(loaded_before: frozenset[str]) -> int:
        script.prepare(loaded_before)
        return run_robot(session, runs, script.path, script.arguments)

    return run


def _pytest(session: Session, runs: PlainRuns, script: Script) -> Run:
    def run(loaded_before: frozenset[str]) -> int:
        script.prepare(loaded_before)
        return run_pytest(session, runs, script.path, script.arguments)

    return run


def _python_script(runs: PlainRuns, script: Script, tree: ast.Module) -> Run:
    """Runs a script of OpenHTF, with phase functions, or with a client. What it imports decides how it is followed."""
    functions = PhaseFunctions(runs, script.path)
    names = functions.instrument(tree)
    code = script.compiled(tree if names else None)

    def run(loaded_before: frozenset[str]) -> int:
        script.run(code, loaded_before, names)
        functions.call_if_never_called()
        return 0

    return run
