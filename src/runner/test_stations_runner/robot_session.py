"""Runs a suite under Robot Framework and follows it. Nothing is installed into the user's environment.

The keywords in the body of a test are phases. `docs/how-to/robot-framework.md` states the rules for users.
"""

from __future__ import annotations

import importlib
from typing import Any

from .control import STOPPED
from .failures import Failure
from .phase_choice import PhaseChoice
from .plain_runs import PlainRuns
from .robot_file import RobotPlan, plan_of
from .robot_library import install_dialogs, install_library
from .robot_listener import RobotListener
from .session import Session
from .standard_input import ask_line

_NO_FILES = ["--output", "NONE", "--log", "NONE", "--report", "NONE", "--consolecolors", "off", "--consolewidth", "60"]
# With the tracebacks in the log, the listener knows which exception a keyword has failed by.
_LEVEL_OF_TRACEBACKS = "DEBUG"


def run_robot(session: Session, runs: PlainRuns, path: str, arguments: list[str]) -> int:
    """Runs the tests of a suite, and returns the exit code of Robot Framework."""
    framework: Any = importlib.import_module("robot.run")
    errors: Any = importlib.import_module("robot.errors")
    plan = plan_of(path)
    listener = RobotListener(session, runs, plan, path)
    install_library(listener.measure)
    install_dialogs(lambda message, **options: ask_line(session, message, **options))
    problem: str | None = None

    class Framework(framework.RobotFramework):  # type: ignore[misc]
        def main(self, datasources: Any, **options: Any) -> Any:
            nonlocal problem
            options["loglevel"] = _LEVEL_OF_TRACEBACKS
            options["listener"] = [*(options.get("listener") or []), listener]
            if session.choice is not None:
                chosen = _only(session.choice, plan)
                options["prerunmodifier"] = [*(options.get("prerunmodifier") or []), chosen]
            try:
                if len(datasources) != 1:
                    other = datasources[0]
                    raise errors.DataError(f"A run has the tests of one file: remove {other} from the arguments.")
                if options.get("dryrun"):
                    raise errors.DataError("A dry run of Robot Framework executes no keywords: remove --dryrun.")
                return super().main(datasources, **options)
            except errors.DataError as error:
                problem = str(error.message)
                raise

    with session.control.running(listener):
        code = int(Framework().execute_cli([*_NO_FILES, *arguments, path], exit=False))
    listener.finish(code)
    if session.control.is_stopping:
        return STOPPED
    if problem is not None and not listener.has_begun:
        place = {"file": path, "line": 1}
        failure = Failure(type="DataError", message=problem, traceback=problem, place=place, missing_module=None)  # type: ignore[typeddict-item]
        session.observe(session.channel.send, "run_crashed", reason="load_error", failure=failure)
    return code if listener.canceled is None else listener.canceled


def _only(choice: PhaseChoice, plan: RobotPlan) -> object:
    visitor: Any = importlib.import_module("robot.api").SuiteVisitor

    class Chosen(visitor):  # type: ignore[misc]
        def start_suite(self, suite: Any) -> None:
            indexes = choice.indexes_in([str(test.name) for test in suite.tests])
            suite.tests = [suite.tests[index] for index in indexes]

    return Chosen()
