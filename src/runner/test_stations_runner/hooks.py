from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from . import dry_run
from .http_clients import HttpClients
from .imports import PostImport
from .openhtf_hooks import OpenHtf
from .openhtf_prompts import Prompts
from .plain_runs import PlainRuns
from .pushes import Pushes
from .session import Session
from .settings import Mode
from .tofupilot_hooks import TofuPilot


def install_hooks(session: Session, runs: PlainRuns, before_child_connects: Callable[[], None]) -> None:
    """Patches the packages when the script imports them, and starts to obey the commands of the host."""
    prompts, pushes = Prompts(session.channel, ignores_timeouts=session.mode is Mode.DEBUG), Pushes(session)
    tofupilot, http = TofuPilot(session, pushes), HttpClients(session, pushes)
    if session.mode is Mode.DRY:
        PostImport({"requests.adapters": dry_run.patch_requests, "httpx": dry_run.patch_httpx}).install()
    PostImport(
        {
            "concurrent.futures._base": runs.patch_futures,
            "concurrent.futures.thread": runs.patch_thread_pool,
            "openhtf": OpenHtf(session, prompts).patch,
            "openhtf.plugs.user_input": prompts.patch,
            "tofupilot.client": tofupilot.patch_v1,  # 1.x
            "tofupilot.v1.client": tofupilot.patch_v1,  # 2.x
            "tofupilot.v2.runs": tofupilot.patch_v2,
            "tofupilot.v2.sdkconfiguration": tofupilot.set_v2_address,
            "requests.sessions": http.patch_requests,
            "httpx": http.patch_httpx,
        }
    ).install()

    def command(line: dict[str, Any]) -> None:
        name = line["command"]
        if name == "environment":
            os.environ.update(line["variables"])
            session.environment_received.set()
        elif name in ("stop", "kill"):
            # In this order: the interrupt may end the script immediately, and its runs must not look finished then.
            session.control.is_stopping = True
            runs.mark_stopped()
            session.control.stop(force=name == "kill")
            session.questions.stop()
        elif name == "ui_response":
            prompts.answer(line["request_id"], line["value"])
            session.questions.answer(line["request_id"], line["value"])
        elif name == "procedure_response":
            session.questions.answer(line["request_id"], line["procedure_id"])
        elif name == "part_number_response":
            session.questions.answer(line["request_id"], line["part_number"])
        elif name == "serial_number_response":
            session.questions.answer(line["request_id"], line["serial_number"])

    session.channel.listen(command, session.questions.host_disconnected, before_child_connects)
