from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Callable
from typing import Any, NoReturn

from . import kinds
from .channel import Channel, ChannelError, channel_of_environment
from .children import finish_at_exit, prepare_children
from .control import STOPPED, ignore_interrupts, make_interruptible
from .failures import describe, without_runner_frames
from .hooks import install_hooks
from .lineage import Lineage
from .plain_runs import PlainRuns, crash_sentence, exit_sentence, is_failing_exit_code
from .script import Script
from .session import Session
from .settings import Mode, settings_of_environment
from .standard_input import StandardInput
from .streams import survive_broken_pipes

USAGE_ERROR = 2
ENVIRONMENT_TIMEOUT_S = 30.0


def main(loaded_before: frozenset[str], bytecode: str | None) -> NoReturn:
    """Runs the script of the command line.

    Args:
        loaded_before: Modules that Python had loaded before the runner's first import.
        bytecode: Folder for the runner's compiled files; None: they are not saved.
    """
    if len(sys.argv) < 2:
        _exit_with_error("usage: python runner SCRIPT [ARGUMENT...]")
    try:
        lineage = Lineage(is_child=False)
        channel = channel_of_environment(lineage)
    except ChannelError as error:
        _exit_with_error(str(error))
    printed = survive_broken_pipes()
    ending = _Ending(channel)
    try:
        make_interruptible()
        script = Script(sys.argv[1], sys.argv[2:])
        settings = settings_of_environment(script.path, bytecode)
        session = Session(channel, lineage, settings)
        runs = PlainRuns(session)
        ending.add_last_act(runs.close)
        ending.add_last_act(session.handover.hand_over_all)
        install_hooks(session, runs, lambda: finish_at_exit(session, runs))
        if settings.mode is Mode.DEBUG:
            session.environment_received.wait(ENVIRONMENT_TIMEOUT_S)
        session.server.load_address()
        prepare_children(settings, session)
        StandardInput(session, printed).install()
        ending.code = _run(session, script, runs, loaded_before)
    except KeyboardInterrupt:
        ending.code = STOPPED  # by a stop before or after the script itself ran
    sys.exit(ending.code)


def _run(session: Session, script: Script, runs: PlainRuns, loaded_before: frozenset[str]) -> object:
    try:
        run = kinds.load(session, runs, script)
    except OSError as error:
        _report(session, "load_error", error)
        print(f"{sys.executable}: can't open file {script.path!r}: {error}", file=sys.stderr)
        return USAGE_ERROR
    except (SyntaxError, ValueError) as error:
        return _crash(session, "load_error", error)
    try:
        return run(loaded_before)
    except SystemExit as leave:
        if is_failing_exit_code(leave.code):
            runs.mark_broken(exit_sentence(leave.code))
        return leave.code
    except KeyboardInterrupt as interrupt:
        if not session.control.is_stopping:
            runs.mark_broken(crash_sentence(interrupt))
            _crash(session, "execution_error", interrupt)
        return STOPPED
    except BaseException as error:
        runs.mark_broken(crash_sentence(error))
        return _crash(session, "execution_error", error)


def _crash(session: Session, reason: str, error: BaseException) -> int:
    _report(session, reason, error)
    sys.excepthook(type(error), error, without_runner_frames(error))
    return 1


def _report(session: Session, reason: str, error: BaseException) -> None:
    failure = describe(error, error.__traceback__, session.files)
    session.channel.send("run_crashed", reason=reason, failure=failure)


def _exit_with_error(message: str) -> NoReturn:
    print(f"Test Stations: {message}", file=sys.stderr)
    sys.exit(USAGE_ERROR)


class _Ending:
    """Reports how the script ended, as the last act of the process: after its threads and exit functions."""

    def __init__(self, channel: Channel) -> None:
        self.code: Any = 1
        self._channel = channel
        self._last_acts: list[Callable[[], None]] = []
        atexit.register(self._report_end)

    def add_last_act(self, act: Callable[[], None]) -> None:
        self._last_acts.append(act)

    def _report_end(self) -> None:
        ignore_interrupts()  # a stop must not interrupt the upload of a result
        for act in self._last_acts:
            Session.observe(act)
        self._channel.send("script_ended", exit_code=_exit_code(self.code))
        self._channel.close()


def _exit_code(code: object) -> int:
    if code is None:
        return 0
    if not isinstance(code, int):
        return 1
    return int(code) if os.name == "nt" else int(code) & 0xFF
