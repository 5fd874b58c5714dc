"""Scripts without OpenHTF and without a client: functions named `phase_...` are the phases of a test.

The script may call them itself; a script that only defines them has them called in their order. What they return or
raise is their outcome:

    nothing or True             PASS
    False                       FAIL
    "PASS", "FAIL", "SKIP" ...  that outcome
    a dict                      its "outcome", and its "measurements" as the v1 client takes them
    an exception                ERROR, and the script ends by it
"""

from __future__ import annotations

import ast
import functools
import json
import os
import sys
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any

from .failures import describe
from .outbox import Result
from .session import Session
from .vanilla_phases import PHASE_OUTCOMES, Phase, phases_of

_DECORATOR = "__test_stations_phase__"
_CLIENTS = ("openhtf", "tofupilot")


class PhaseFunctions:
    """The phases that a script defines as plain functions, and the tests that its calls of them make."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._functions: dict[str, Callable[..., Any]] = {}
        self._test: _Test | None = None

    def mark(self, tree: ast.Module) -> dict[str, object]:
        """Has the script's phases come by here when they are defined.

        Returns:
            The names that the script needs for that; none when it has no phases, or tells its results elsewhere.
        """
        phases = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("phase_")]
        if not phases or _imports(tree, _CLIENTS):
            return {}
        for phase in phases:
            decorator = ast.copy_location(ast.Name(_DECORATOR, ast.Load()), phase)
            phase.decorator_list.insert(0, decorator)
        return {_DECORATOR: self._defined}

    def call_if_nobody_did(self) -> None:
        """Runs the phases of a script that has only defined them. What they raise comes out."""
        if self._test is None:
            for function in list(self._functions.values()):
                function()

    def complete(self) -> None:
        """The script has come to its end: tells the last test's result."""
        if self._test is not None:
            self._test.complete()
            self._test = None

    def _defined(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def phase(*args: Any, **kwargs: Any) -> Any:
            test = self._test_of(function.__name__)
            return test.run(function, args, kwargs)

        self._functions[function.__name__] = phase
        return phase

    def _test_of(self, name: str) -> _Test:
        """The first phase again is the next unit; another one again is one more attempt."""
        if self._test is not None and name == self._test.first:
            self._test.complete()
            self._test = None
        if self._test is None:
            self._session.control.check()
            self._session.handover.rest()
            self._test = _Test(self._session, name, self._functions)
        return self._test


class _Test:
    """One unit under test."""

    def __init__(self, session: Session, first: str, functions: Mapping[str, Callable[..., Any]]) -> None:
        self.id = uuid.uuid4().hex
        self.first = first
        self.pushed = False
        self.failure: tuple[int | None, str] | None = None
        self._session = session
        self._phases: list[Phase] = []
        self._script = vars(sys.modules["__main__"])
        self._procedure_id = session.procedures.choose(self.id, _text(self._script.get("PROCEDURE_ID")))
        self._serial_number = session.serial_numbers.choose(self.id, _text(self._script.get("SERIAL_NUMBER")))
        self._part_number = session.part_numbers.choose(self.id, self._script.get("PART_NUMBER"))
        self._keys = {name: str(number) for number, name in enumerate(functions)}
        self._started = time.time() * 1000
        places = {name: session.files.definition(function) for name, function in functions.items()}
        self._send(
            "run_started",
            kind="vanilla",
            name=os.path.splitext(os.path.basename(sys.argv[0]))[0],
            procedure_id=self._procedure_id,
            part_number=self._part_number,
            phases=[
                {"key": self._keys[name], "name": name, "docstring": function.__doc__, "place": places[name]}
                for name, function in functions.items()
            ],
        )

    def run(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Calls a phase. What it returns or raises comes out."""
        self._session.control.check()
        name = function.__name__
        key, attempt = self._keys[name], sum(phase.name == name for phase in self._phases)
        self._send("phase_started", key=key, name=name, attempt=attempt)
        start = time.time() * 1000
        failure = None
        try:
            answer = function(*args, **kwargs)
            told = _told(answer)
            return answer
        except BaseException as error:
            told = {"outcome": "ERROR"}
            failure = describe(error, error.__traceback__, self._session.files)
            raise
        finally:
            fields = {**told, "name": name, "start_time_millis": start, "end_time_millis": time.time() * 1000}
            [phase] = phases_of([{**fields, "retry_count": attempt, "docstring": function.__doc__}])
            phase.key = key
            self._phases.append(phase)
            self._send("phase_complete", **{**phase.completed(), "failure": failure})

    def complete(self) -> None:
        """Tells the result and leaves it to be pushed."""
        end = time.time() * 1000
        self._session.observe(self._keep, end)
        self._send(
            "run_complete",
            outcome=self._outcome,
            serial_number=self._serial_number,
            start_time_millis=self._started,
            end_time_millis=end,
            outcome_details=[],
            phases_run=len(self._phases),
        )
        self._session.observe(self._session.handover.tested, self)

    def result(self, kind: str, body: bytes) -> Result:
        """What is kept of it on disk."""
        return Result(self.id, kind, body, self._serial_number, self._outcome, self._started)

    @property
    def _outcome(self) -> str:
        last = {phase.key: phase.outcome for phase in self._phases}.values()  # the last attempt counts
        return next((outcome for outcome in ("ERROR", "FAIL") if outcome in last), "PASS")

    def _keep(self, end: float) -> None:
        body = {
            "procedure_id": self._procedure_id,
            "serial_number": self._serial_number,
            "outcome": self._outcome,
            "started_at": _iso(self._started),
            "ended_at": _iso(end),
            "phases": [_phase_of(phase) for phase in self._phases],
        }
        if self._part_number is not None:
            body["part_number"] = self._part_number
        self._session.outbox.keep(self.result("v2", json.dumps(body).encode()))

    def _send(self, event: str, **fields: object) -> None:
        self._session.channel.send(event, execution_id=self.id, **fields)


def _told(answer: object) -> Mapping[str, Any]:
    """The fields of a phase that its function's answer tells."""
    if isinstance(answer, Mapping):
        return {"outcome": "PASS", **answer}
    if isinstance(answer, str) and answer in PHASE_OUTCOMES:
        return {"outcome": answer}
    return {"outcome": "FAIL" if answer is False else "PASS"}


def _phase_of(phase: Phase) -> dict[str, object]:
    """As the v2 API takes it."""
    return {
        "name": phase.name,
        "outcome": phase.outcome,
        "started_at": _iso(phase.start),
        "ended_at": _iso(max(phase.start, phase.end)),
        "retry_count": phase.attempt,
        "docstring": phase.docstring,
        "measurements": [
            {
                "name": measurement["name"],
                "outcome": measurement["outcome"],
                "measured_value": measurement.get("measured_value"),
                "units": measurement["units"],
                "docstring": measurement["docstring"],
                "validators": [{"expression": text, "outcome": measurement["outcome"]} for text in _texts(measurement)],
            }
            for measurement in phase.measurements
        ],
    }


def _texts(measurement: Mapping[str, object]) -> list[object]:
    validators = measurement["validators"]
    return list(validators) if isinstance(validators, list) else []


def _imports(tree: ast.Module, packages: tuple[str, ...]) -> bool:
    names = (
        name
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    )
    return any(name.partition(".")[0] in packages for name in names)


def _iso(millis: float) -> str:
    return datetime.fromtimestamp(millis / 1000, timezone.utc).isoformat()


def _text(value: object) -> str | None:
    return None if value is None else str(value)
