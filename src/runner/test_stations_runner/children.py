"""Child processes of the script, which push as the station and whose results are saved.

A forked process already contains the runner. Any other Python process loads `sitecustomize.py` of the startup folder,
which is on its PYTHONPATH and calls `follow_child` when the process imports OpenHTF or a client.
"""

from __future__ import annotations

import atexit
import functools
import inspect
import json
import os
import subprocess
import sys
from collections.abc import MutableMapping
from typing import Any

from .channel import Channel
from .hooks import install_hooks
from .lineage import Lineage
from .places import RUNNER_FOLDER
from .plain_runs import PlainRuns
from .session import Session
from .settings import Settings, settings_of_json
from .streams import survive_broken_pipes

# The settings of the run as JSON; `sitecustomize.py` reads it.
VARIABLE = "TEST_STATIONS_CHILD"
# Added to an environment that the script provides for a child process.
_INHERITED = (
    VARIABLE,
    "TOFUPILOT_URL",
    "NO_PROXY",
    "no_proxy",
    "DISABLE_TELEMETRY",
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
)


def prepare_children(settings: Settings, session: Session) -> None:
    """Prepares the environment, so that child processes of this process load the runner however they are started."""
    if settings.startup is None:
        return
    channel = session.channel
    private = {
        "runner": RUNNER_FOLDER,
        "channel": channel.address,
        "token": channel.child_token,
        "server": session.server.address,
    }
    os.environ[VARIABLE] = json.dumps({**private, "settings": settings.to_json()})
    _add_startup(os.environ, settings.startup)
    _complete_environments(settings.startup)


def follow_child(private: dict[str, Any]) -> None:
    survive_broken_pipes()
    settings = settings_of_json(private["settings"])
    lineage = Lineage(is_child=True)
    channel = Channel(private["channel"], private["token"], private["token"], lineage)
    session = Session(channel, lineage, settings)
    session.server.set_address(private["server"])
    runs = PlainRuns(session)
    install_hooks(session, runs, lambda: finish_at_exit(session, runs))
    if settings.startup is not None:
        _complete_environments(settings.startup)


def finish_at_exit(session: Session, runs: PlainRuns) -> None:
    pid = os.getpid()

    def end() -> None:
        if os.getpid() == pid:
            session.observe(runs.close)
            session.observe(session.handover.hand_over_all)
            session.channel.close()

    atexit.register(end)
    # The processes of `multiprocessing` end without `atexit`.
    util: Any = sys.modules.get("multiprocessing.util")
    if util is not None:
        util.Finalize(None, end, exitpriority=-100)


def _add_startup(environment: MutableMapping[str, str], startup: str) -> None:
    before = environment.get("PYTHONPATH", "")
    if startup not in before.split(os.pathsep):
        environment["PYTHONPATH"] = f"{startup}{os.pathsep}{before}" if before else startup


def _complete_environments(startup: str) -> None:
    popen: Any = subprocess.Popen
    original = popen.__init__
    signature = inspect.signature(original)

    @functools.wraps(original)
    def __init__(process: Any, *args: Any, **kwargs: Any) -> None:
        try:
            call = signature.bind(process, *args, **kwargs)
        except TypeError:
            original(process, *args, **kwargs)  # raises Python's own TypeError
            return
        given = call.arguments.get("env")
        if given is None:
            _add_startup(os.environ, startup)  # the script may have changed PYTHONPATH
        elif all(isinstance(name, str) for name in given):
            environment = {name: os.environ[name] for name in _INHERITED if name in os.environ} | dict(given)
            _add_startup(environment, startup)
            call.arguments["env"] = environment
        original(*call.args, **call.kwargs)

    popen.__init__ = __init__
