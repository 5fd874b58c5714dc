"""Runs scripts under the runner as the editor does, and returns what the editor would see.

A process of its own for each script costs most of the time, so that each script is run in a fork of this process, which
has imported the runner already, where the system can fork.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

RUNNER = Path(__file__).resolve().parents[3] / "src" / "runner"
PROCEDURE = "b7a3f6de-5b7e-4b3b-9a51-3c2a4c1f0e11"
# Seconds. A script that takes longer hangs.
PATIENCE = 60.0

CAN_FORK = hasattr(os, "fork")


@dataclass
class Stored:
    """A result that was handed over."""

    entry: dict[str, Any]
    body: dict[str, Any]
    bytes: bytes


@dataclass
class Finished:
    """What is left of a script that has ended."""

    stored: list[Stored]
    # Pending uploads that were not handed over.
    pending: list[Stored]
    events: list[dict[str, Any]]
    stdout: str
    stderr: str
    hangs: bool

    def named(self, event: str) -> list[dict[str, Any]]:
        return [each for each in self.events if each["event"] == event]


@dataclass
class Answers:
    """How the host answers, counted."""

    serial_number: Callable[[int, str | None], str | None]
    part_number: str = ""
    asked: int = field(default=0)


class Harness:
    """Runs one script after the other."""

    def __init__(self, runner: Path) -> None:
        self.runner = runner
        self.folder = Path(tempfile.mkdtemp(prefix="generator-", dir="/dev/shm" if os.path.isdir("/dev/shm") else None))
        self._server = socket.create_server(("127.0.0.1", 0))
        self._loaded_before = frozenset(sys.modules)
        if CAN_FORK:
            sys.path.insert(0, str(runner))
            from test_stations_runner import launch

            self._launch = launch

    def preload(self, modules: Iterable[str]) -> None:
        """Imports what most scripts import, which takes longer than all the rest."""
        for name in modules:
            importlib.import_module(name)
        gc.collect()
        gc.freeze()

    def close(self) -> None:
        self._server.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(
        self, files: dict[str, str], answers: Answers, fresh: bool = False, environment: dict[str, str] | None = None
    ) -> Finished:
        """Runs `main.py`.

        Args:
            fresh: in a process of its own that has not been forked.
            environment: variables in addition.
        """
        folder = self.folder / "script"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        uploads = self.folder / "outbox"
        shutil.rmtree(uploads, ignore_errors=True)
        uploads.mkdir()
        reading, writing = os.pipe()
        os.set_inheritable(writing, True)
        variables = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("TOFUPILOT_", "STATION_"))},
            "TEST_STATIONS_CHANNEL": f"127.0.0.1:{self._server.getsockname()[1]}",
            "TEST_STATIONS_TOKEN": "token",
            "TEST_STATIONS_OUTBOX": str(uploads),
            "TEST_STATIONS_PLACE": "null",
            "GENERATOR_SIGNALS": str(writing),
            "PYTHONDONTWRITEBYTECODE": "1",
            **(environment or {}),
        }
        script = str(folder / "main.py")
        outputs = [open(self.folder / name, "w+b") for name in ("stdout", "stderr")]  # noqa: SIM115
        if fresh or not CAN_FORK:
            process = subprocess.Popen(
                [sys.executable, str(self.runner), script],
                env=variables, cwd=folder, stdin=subprocess.DEVNULL, stdout=outputs[0], stderr=outputs[1], close_fds=False,
            )  # fmt: skip
            pid = process.pid
        else:
            pid = os.fork()
            if pid == 0:
                self._become(script, variables, [output.fileno() for output in outputs], reading)
        os.close(writing)
        events, hangs = self._follow(reading, answers, pid)
        os.close(reading)
        if fresh or not CAN_FORK:
            process.wait()
        else:
            os.waitpid(pid, 0)
        texts = []
        for output in outputs:
            output.seek(0)
            texts.append(output.read().decode(errors="replace"))
            output.close()
        results = sorted(uploads.iterdir())
        stored = [_read(each) for each in results if (each / "handed.json").exists()]
        pending = [_read(each) for each in results if not (each / "handed.json").exists()]
        return Finished(stored, pending, events, texts[0], texts[1], hangs)

    def _become(self, script: str, variables: dict[str, str], outputs: list[int], reading: int) -> NoReturn:
        """In the fork: turns into the process of the script."""
        os.close(reading)
        self._server.close()
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.dup2(outputs[0], 1)
        os.dup2(outputs[1], 2)
        os.environ.clear()
        os.environ.update(variables)
        os.chdir(os.path.dirname(script))
        signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.argv = [str(self.runner), script]
        self._launch.main(self._loaded_before, None)

    def _follow(self, reading: int, answers: Answers, pid: int) -> tuple[list[dict[str, Any]], bool]:
        """Speaks with the script until its process has ended."""
        events: list[dict[str, Any]] = []
        connections: dict[int, tuple[socket.socket, bytearray]] = {}
        deadline = time.monotonic() + PATIENCE
        hangs = False
        waiting: list[Any] = [reading, self._server]
        while True:
            ready, _, _ = select.select(waiting, [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                hangs = True
                os.kill(pid, signal.SIGKILL)
                deadline = time.monotonic() + PATIENCE
                continue
            for each in ready:
                if each is self._server:
                    connection, _ = self._server.accept()
                    connections[connection.fileno()] = connection, bytearray()
                    waiting.append(connection.fileno())
                elif each in connections:
                    connection, pending = connections[each]
                    try:
                        data = connection.recv(65536)
                    except OSError:
                        data = b""
                    if not data:
                        waiting.remove(each)
                        del connections[each]
                        connection.close()
                        continue
                    pending += data
                    *lines, rest = pending.split(b"\n")
                    connections[each] = connection, bytearray(rest)
                    for line in lines:
                        event = json.loads(line)
                        events.append(event)
                        answer = _answer(event, answers)
                        if answer is not None:
                            connection.sendall(json.dumps(answer).encode() + b"\n")
                elif os.read(reading, 1) == b"":
                    waiting.remove(reading)
                else:
                    for connection, _ in connections.values():
                        connection.sendall(b'{"command":"stop"}\n')
            if reading not in waiting and not connections:
                return events, hangs


def _read(folder: Path) -> Stored:
    body = (folder / "body.json").read_bytes()
    return Stored(json.loads((folder / "entry.json").read_text()), json.loads(body), body)


def _answer(event: dict[str, Any], answers: Answers) -> dict[str, Any] | None:
    if event["event"] == "procedure_request":
        return {
            "command": "procedure_response",
            "request_id": event["request_id"],
            "procedure_id": event["procedure_id"] or PROCEDURE,
        }
    if event["event"] == "part_number_request":
        return {
            "command": "part_number_response",
            "request_id": event["request_id"],
            "part_number": answers.part_number,
        }
    if event["event"] == "serial_number_request":
        answers.asked += 1
        number = answers.serial_number(answers.asked, event["serial_number"])
        return {"command": "serial_number_response", "request_id": event["request_id"], "serial_number": number}
    return None
