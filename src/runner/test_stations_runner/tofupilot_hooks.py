from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from .acknowledgement import Identity
from .executions import Pushable
from .plain_pushed_run import PushedReport, PushedRun, v1_run, v2_run
from .pushes import Pushes
from .session import Session

Reader = Callable[[Mapping[str, Any]], PushedRun]

_NOT_PARTIAL = (
    "This script creates its run itself, as one of the whole unit. Run all of the script: nothing was pushed."
)


class TofuPilot:
    def __init__(self, session: Session, pushes: Pushes) -> None:
        self._session = session
        self._pushes = pushes
        # The start that each push was given and the execution it belongs to, by the arguments of the script's call.
        self._dated_pushes: dict[str, tuple[datetime, Pushable]] = {}

    def patch_v1(self, client: Any) -> None:
        client_class = client.TofuPilotClient
        client_class.create_run = self._creating(client_class.create_run, v1_run)
        # The OpenHTF integration calls it. It refuses some reports before it sends anything.
        name = "_upload_and_create_from_openhtf_report"
        if hasattr(client_class, name):
            setattr(client_class, name, self._importing(getattr(client_class, name)))

    def patch_v2(self, runs: Any) -> None:
        runs.Runs.create = self._creating(runs.Runs.create, v2_run)
        if hasattr(runs.Runs, "create_async"):
            runs.Runs.create_async = self._creating(runs.Runs.create_async, v2_run)

    def set_v2_address(self, configuration: Any) -> None:
        """Sends the v2 client to TOFUPILOT_URL, which it does not read itself: it would push to the cloud."""
        url = os.environ.get("TOFUPILOT_URL", "").rstrip("/")
        if url:
            configuration.SERVERS[0] = url if url.endswith("/api") else f"{url}/api"

    def _importing(self, original: Any) -> Any:
        @functools.wraps(original)
        def upload(*args: Any, **kwargs: Any) -> Any:
            with self._pushes.push(self._execution_of_report(original, args, kwargs)) as push:
                result = original(*args, **kwargs)
                error = result.get("error") if isinstance(result, dict) else None
                if isinstance(error, dict):
                    push.record_failure(None, str(error.get("message")))
                return result

        return upload

    def _creating(self, original: Any, read: Reader) -> Any:
        signature = inspect.signature(original)

        @functools.wraps(original)
        def create(*args: Any, **kwargs: Any) -> Any:
            call = _bound(signature, args, kwargs)
            if call is None:
                return original(*args, **kwargs)  # raises the client's own TypeError
            with self._pushes.push(*self._complete_call(call, read)):
                return original(*call.args, **call.kwargs)

        @functools.wraps(original)
        async def create_async(*args: Any, **kwargs: Any) -> Any:
            call = _bound(signature, args, kwargs)
            if call is None:
                return await original(*args, **kwargs)
            with self._pushes.push(*self._complete_call(call, read)):
                return await original(*call.args, **call.kwargs)

        return create_async if inspect.iscoroutinefunction(original) else create

    def _execution_of_report(self, original: Any, args: Any, kwargs: Any) -> Pushable | None:
        call = _bound(inspect.signature(original), args, kwargs)
        try:
            with open(str(call and call.arguments["file_path"]), "rb") as file:
                body = file.read()
            run = PushedReport(body)
        except (OSError, ValueError, KeyError, TypeError):
            return self._session.executions.current_test()
        own = self._session.executions.find_reported_by(run.serial_number, run.started_at)
        return own or self._session.handover.save_request(run, "openhtf", body, is_dated=True)

    def _complete_call(self, call: inspect.BoundArguments, read: Reader) -> tuple[Pushable, bool]:
        """Puts the user's answers into the call; returns whose run it is, and whether the script itself dates it."""
        session = self._session
        session.control.exit_if_stopping()
        if session.choice is not None:
            raise RuntimeError(_NOT_PARTIAL)
        own_procedure_id = call.arguments.get("procedure_id")
        own_procedure_id = None if own_procedure_id is None else str(own_procedure_id)
        run = read(call.arguments)
        is_dated = run.is_dated
        call_text = self._add_start(call, is_dated)
        # If the user gives the serial number, the script's own identifies no unit.
        number = None if session.serial_numbers.should_ask else run.own_serial_number
        tested = session.executions.find_pushed_by(Identity(number, (own_procedure_id,), run.outcome))
        execution: Pushable = tested or run
        if call_text is not None:
            self._dated_pushes[call_text] = call.arguments["started_at"], execution
        procedure_id = session.procedures.choose(execution.id, own_procedure_id)
        if procedure_id != own_procedure_id:
            call.arguments["procedure_id"] = procedure_id
        unit = call.arguments.get("unit_under_test")
        own_part_number = (unit if isinstance(unit, Mapping) else call.arguments).get("part_number")
        part_number = session.part_numbers.choose(execution.id, own_part_number)
        if part_number is not None and part_number != own_part_number:
            _set_unit_field(call.arguments, "part_number", part_number)
            run.part_number = part_number
        identity = None if tested is None else tested.identity
        if identity is not None:
            number = identity.serial_number
        else:
            number = session.serial_numbers.choose(execution.id, run.own_serial_number)
        if number is not None and number != run.own_serial_number:
            _set_unit_field(call.arguments, "serial_number", number)
            run.serial_number = number
        if execution is run:
            run.started_at = call.arguments.get("started_at")
            session.observe(run.report, session, procedure_id)
        return execution, is_dated

    def _add_start(self, call: inspect.BoundArguments, is_dated: bool) -> str | None:
        """Gives a v1 run without a start the one that the server would compute, by which a later upload is dated.

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
            call_text = repr([value for name, value in call.arguments.items() if name not in ("self", "started_at")])
        except Exception:  # a repr is the script's code
            return None
        self._dated_pushes = {text: each for text, each in self._dated_pushes.items() if not each[1].is_pushed}
        if call_text in self._dated_pushes:
            call.arguments["started_at"] = self._dated_pushes[call_text][0]
        return call_text


def _bound(signature: inspect.Signature, args: Any, kwargs: Any) -> inspect.BoundArguments | None:
    try:
        return signature.bind(*args, **kwargs)
    except TypeError:
        return None


def _set_unit_field(arguments: dict[str, Any], name: str, value: str) -> None:
    unit = arguments.get("unit_under_test")
    if isinstance(unit, Mapping):  # the v1 client's
        arguments["unit_under_test"] = {**unit, name: value}
    else:
        arguments[name] = value
