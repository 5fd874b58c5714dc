"""Follows the official TofuPilot client, v1 and v2, once a script has imported it."""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from .executions import Pushable
from .pushes import Pushes
from .session import Session
from .vanilla_run import VanillaRun, v1_run, v2_run

Reader = Callable[[Mapping[str, Any]], VanillaRun]


class TofuPilot:
    """Wraps the calls that create a run."""

    def __init__(self, session: Session, pushes: Pushes) -> None:
        self._session = session
        self._pushes = pushes
        # The last push to which a start was given: what the script said, the start, and whose run it is.
        self._dated: tuple[str, datetime, Pushable] | None = None

    def patch_v1(self, client: Any) -> None:
        """Args: client: the module that defines `TofuPilotClient`."""
        client_class = client.TofuPilotClient
        client_class.create_run = self._creating(client_class.create_run, v1_run)
        # The OpenHTF integration's; it refuses some reports before it sends anything.
        name = "_upload_and_create_from_openhtf_report"
        if hasattr(client_class, name):
            setattr(client_class, name, self._importing(getattr(client_class, name)))

    def patch_v2(self, runs: Any) -> None:
        """Args: runs: the module `tofupilot.v2.runs`."""
        runs.Runs.create = self._creating(runs.Runs.create, v2_run)
        if hasattr(runs.Runs, "create_async"):
            runs.Runs.create_async = self._creating(runs.Runs.create_async, v2_run)

    def point_v2_home(self, configuration: Any) -> None:
        """Sends v2 to TOFUPILOT_URL, which it does not read itself: it would push to the cloud.

        Args:
            configuration: the module `tofupilot.v2.sdkconfiguration`.
        """
        url = os.environ.get("TOFUPILOT_URL", "").rstrip("/")
        if url:
            configuration.SERVERS[0] = url if url.endswith("/api") else f"{url}/api"

    def _importing(self, original: Any) -> Any:
        @functools.wraps(original)
        def upload(*args: Any, **kwargs: Any) -> Any:
            with self._pushes.push(self._session.executions.pushing()) as push:
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
            with self._pushes.push(self._begin(call, read)):
                return original(*call.args, **call.kwargs)

        @functools.wraps(original)
        async def create_async(*args: Any, **kwargs: Any) -> Any:
            call = _bound(signature, args, kwargs)
            if call is None:
                return await original(*args, **kwargs)
            with self._pushes.push(self._begin(call, read)):
                return await original(*call.args, **call.kwargs)

        return create_async if inspect.iscoroutinefunction(original) else create

    def _begin(self, call: inspect.BoundArguments, read: Reader) -> Pushable:
        """Settles with the user what is to be pushed, and puts it into the call. Returns whose run it is."""
        self._session.control.check()
        said = self._date(call)
        execution = self._session.executions.awaiting_push() or read(call.arguments)
        if said is not None:
            self._dated = (said, call.arguments["started_at"], execution)
        own = call.arguments.get("procedure_id")
        own = None if own is None else str(own)
        procedure_id = self._session.procedures.choose(execution.id, own)
        if procedure_id != own:
            call.arguments["procedure_id"] = procedure_id
        self._session.part_numbers.complete(execution, call.arguments)
        if isinstance(execution, VanillaRun):
            number = self._session.serial_numbers.choose(execution.id, execution.own_serial_number)
            if number != execution.own_serial_number:
                _set_serial_number(call.arguments, number)
                execution.serial_number = number
            self._session.observe(execution.tell, self._session, procedure_id)
        return execution

    def _date(self, call: inspect.BoundArguments) -> str | None:
        """Gives a v1 run that has no start the one that the server would give it, which has it begin at the push.

        It can be pushed later then, and found at a server that does not know whether it has it.

        Returns:
            What the script said, when it said no start.
        """
        duration = call.arguments.get("duration") or timedelta()
        if (
            "run_passed" not in call.signature.parameters
            or call.arguments.get("started_at") is not None
            or not isinstance(duration, timedelta)
        ):
            return None
        try:
            said = repr([value for name, value in call.arguments.items() if name != "self"])
        except Exception:  # a repr is the user's code
            return None
        # One more try of a push that failed is the same run.
        before = self._dated
        again = before is not None and before[0] == said and not before[2].pushed
        call.arguments["started_at"] = before[1] if before and again else datetime.now(timezone.utc) - duration
        return said


def _bound(signature: inspect.Signature, args: Any, kwargs: Any) -> inspect.BoundArguments | None:
    """Returns the call's arguments by name; None: it is wrong."""
    try:
        return signature.bind(*args, **kwargs)
    except TypeError:
        return None


def _set_serial_number(arguments: dict[str, Any], number: str) -> None:
    """In the arguments of the v1 client, which has it in a dict, and of v2."""
    unit = arguments.get("unit_under_test")
    if isinstance(unit, Mapping):
        arguments["unit_under_test"] = {**unit, "serial_number": number}
    else:
        arguments["serial_number"] = number
