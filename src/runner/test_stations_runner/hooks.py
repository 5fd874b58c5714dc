from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import dry_run
from .environment import Environment
from .http_clients import HttpClients
from .imports import PostImport
from .modes import Mode
from .openhtf_hooks import OpenHtf
from .openhtf_prompts import Prompts
from .plain_runs import PlainRuns
from .pushes import Pushes
from .session import Session
from .tofupilot_hooks import TofuPilot


def follow(session: Session, runs: PlainRuns, environment: Environment, child_begins: Callable[[], None]) -> None:
    """Patches the packages when the script imports them, and starts to obey the commands of the host.

    Args:
        before_child_connects: Is called once in each forked process, when it has something to report.
    """
    prompts, pushes = Prompts(session.channel, patient=session.mode is Mode.DEBUG), Pushes(session)
    tofupilot, http = TofuPilot(session, pushes), HttpClients(session, pushes)
    if session.mode is Mode.DRY:
        PostImport({"requests.adapters": dry_run.patch_requests, "httpx": dry_run.patch_httpx}).install()
    PostImport(
        {
            "concurrent.futures._base": runs.follow_pools,
            "concurrent.futures.thread": runs.follow_pool_tasks,
            "openhtf": OpenHtf(session, prompts).patch,
            "openhtf.plugs.user_input": prompts.patch,
            "tofupilot.client": tofupilot.patch_v1,  # 1.x
            "tofupilot.v1.client": tofupilot.patch_v1,  # 2.x
            "tofupilot.v2.runs": tofupilot.patch_v2,
            "tofupilot.v2.sdkconfiguration": tofupilot.point_v2_home,
            "requests.sessions": http.patch_requests,
            "httpx": http.patch_httpx,
        }
    ).install()

    def command(line: dict[str, Any]) -> None:
        name = line["command"]
        if name == "environment":
            environment.take(line["variables"])
        elif name in ("stop", "kill"):
            # In this order: the interrupt may end the script at once, and its runs are not to look finished then.
            session.control.stopping = True
            runs.stopped()
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

    session.channel.listen(command, session.questions.host_is_gone, child_begins)
