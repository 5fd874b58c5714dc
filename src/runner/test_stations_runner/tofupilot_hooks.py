from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from .acknowledgement import Identity
from .executions import Pushable
from .pushes import Pushes
from .session import Session
from .vanilla_run import ReportRun, VanillaRun, v1_run, v2_run

Reader = Callable[[Mapping[str, Any]], VanillaRun]


class TofuPilot:
    """Wraps the calls of the official client, v1 and v2, that create a run."""

    def __init__(self, session: Session, pushes: Pushes) -> None:
        self._session = session
        self._pushes = pushes
        # The pushes to which a start was given, by what the script said: the start, and whose run it is.
        self._dated: dict[str, tuple[datetime, Pushable]] = {}

    def patch_v1(self, client: Any) -> None:
        client_class = client.TofuPilotClient
        client_class.create_run = self._creating(client_class.create_run, v1_run)
        # The OpenHTF integration's; it refuses some reports before it sends anything.
        name = "_upload_and_create_from_openhtf_report"
        if hasattr(client_class, name):
            setattr(client_class, name, self._importing(getattr(client_class, name)))

    def patch_v2(self, runs: Any) -> None:
        runs.Runs.create = self._creating(runs.Runs.create, v2_run)
        if hasattr(runs.Runs, "create_async"):
            runs.Runs.create_async = self._creating(runs.Runs.create_async, v2_run)

    def point_v2_home(self, configuration: Any) -> None:
        """Sends the v2 client to TOFUPILOT_URL, which it does not read itself: it would push to the cloud."""
        url = os.environ.get("TOFUPILOT_URL", "").rstrip("/")
        if url:
            configuration.SERVERS[0] = url if url.endswith("/api") else f"{url}/api"

    def _importing(self, original: Any) -> Any:
        @functools.wraps(original)
        def upload(*args: Any, **kwargs: Any) -> Any:
            with self._pushes.push(self._reported(original, args, kwargs)) as push:
                result = original(*args, **kwargs)
                error = result.get("error") if isinstance(result, dict) else None
                if isinstance(error, dict):
                    push.failed(None, str(error.get("message")))
                return result

        return upload

    def _creating(self, original: Any, read: Reader) -> Any:
        signature = inspect.signature(original)

        @functools.wraps(original)
        def create(*args: Any, **kwargs: Any) -> Any:
            call = _bound(signature, args, kwargs)
            if call is None:
                return original(*args, **kwargs)  # raises it in the client's own words
            with self._pushes.push(*self._begin(call, read)):
                return original(*call.args, **call.kwargs)

        @functools.wraps(original)
        async def create_async(*args: Any, **kwargs: Any) -> Any:
            call = _bound(signature, args, kwargs)
            if call is None:
                return await original(*args, **kwargs)
            with self._pushes.push(*self._begin(call, read)):
                return await original(*call.args, **call.kwargs)

        return create_async if inspect.iscoroutinefunction(original) else create

    def _reported(self, original: Any, args: Any, kwargs: Any) -> Pushable | None:
        """Returns the execution of an OpenHTF report that is about to be imported; None: the report cannot be read."""
        call = _bound(inspect.signature(original), args, kwargs)
        try:
            with open(str(call and call.arguments["file_path"]), "rb") as file:
                body = file.read()
            run = ReportRun(body)
        except (OSError, ValueError, KeyError, TypeError):
            return self._session.executions.testing()
        own = self._session.executions.reported_by(run.serial_number, run.started_at)
        return own or self._session.handover.keep_request(run, "openhtf", body, is_dated=True)

    def _begin(self, call: inspect.BoundArguments, read: Reader) -> tuple[Pushable, bool]:
        """Puts the user's answers into the call; returns whose run it is, and whether the script itself dates it."""
        session = self._session
        session.control.check()
        own = call.arguments.get("procedure_id")
        own = None if own is None else str(own)
        run = read(call.arguments)
        is_dated = run.is_dated
        said = self._date(call, is_dated)
        # Where the user gives the serial number, that of the script names no unit.
        number = None if session.serial_numbers.asks else run.own_serial_number
        tested = session.executions.pushed_by(Identity(number, (own,), run.outcome))
        execution: Pushable = tested or run
        if said is not None:
            self._dated[said] = call.arguments["started_at"], execution
        procedure_id = session.procedures.choose(execution.id, own)
        if procedure_id != own:
            call.arguments["procedure_id"] = procedure_id
        session.part_numbers.complete(execution, call.arguments)
        identity = None if tested is None else tested.identity
        if identity is not None:
            number = identity.serial_number
        else:
            number = session.serial_numbers.choose(execution.id, run.own_serial_number)
        if number is not None and number != run.own_serial_number:
            _set_serial_number(call.arguments, number)
            run.serial_number = number
        if execution is run:
            run.started_at = call.arguments.get("started_at")
            session.observe(run.tell, session, procedure_id)
        return execution, is_dated

    def _date(self, call: inspect.BoundArguments, is_dated: bool) -> str | None:
        """Gives a v1 run without a start the start that the server would compute, so that a later upload finds or dates the run.

        Returns:
            The arguments of a call with dated phases, by which another try of the same push is recognized.
        """
        duration = call.arguments.get("duration") or timedelta()
        if (
            "run_passed" not in call.signature.parameters
            or call.arguments.get("started_at") is not None
            or not isinstance(duration, timedelta)
        ):
            return None
        call.arguments["started_at"] = datetime.now(timezone.utc) - duration
        if not is_dated:
            return None
        try:
            said = repr([value for name, value in call.arguments.items() if name not in ("self", "started_at")])
        except Exception:  # a repr is the user's code
            return None
        self._dated = {text: each for text, each in self._dated.items() if not each[1].pushed}
        if said in self._dated:
            call.arguments["started_at"] = self._dated[said][0]
        return said


def _bound(signature: inspect.Signature, args: Any, kwargs: Any) -> inspect.BoundArguments | None:
    try:
        return signature.bind(*args, **kwargs)
    except TypeError:
        return None


def _set_serial_number(arguments: dict[str, Any], number: str) -> None:
    unit = arguments.get("unit_under_test")
    if isinstance(unit, Mapping):
        arguments["unit_under_test"] = {**unit, "serial_number": number}
    else:
        arguments["serial_number"] = number
