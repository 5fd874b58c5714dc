"""The private channel to the host: one JSON object a line, both ways, over a loopback socket."""

from __future__ import annotations

import json
import os
import platform
import socket
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from .debugging import untraced
from .plain import plain

ADDRESS_VARIABLE = "TEST_STATIONS_CHANNEL"
TOKEN_VARIABLE = "TEST_STATIONS_TOKEN"

# A host that takes nothing for so long (seconds) counts as gone: the test must not wait for it.
PATIENCE = 10.0


class ChannelError(Exception):
    """There is no channel to the host; the text says why."""


class Channel:
    """A connection that never disturbs the script: when the host goes away, sending does nothing."""

    def __init__(self, address: str, token: str) -> None:
        """Connects and says hello.

        Raises:
            ChannelError: nobody listens at `address` (`host:port`).
        """
        host, _, port = address.rpartition(":")
        try:
            self._socket = socket.create_connection((host, int(port)), timeout=PATIENCE)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except (OSError, ValueError) as error:
            raise ChannelError(f"cannot reach the editor at {address}: {error}") from error
        # Reentrant: a signal handler may send while the main thread is sending.
        self._lock = threading.RLock()
        self._reader: threading.Thread | None = None
        self.open = True
        # Test executions that have begun and are not complete, in the order in which they began.
        self._running: list[str] = []
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._leave_to_parent)
        self.send("hello", token=token, pid=os.getpid(), python=platform.python_version())

    def send(self, event: str, **fields: object) -> None:
        """Sends one event, with the time of now in milliseconds; returns once the system has taken it."""
        line = (
            json.dumps(
                plain({"event": event, "time": time.time() * 1000, **fields}), allow_nan=False, separators=(",", ":")
            )
            + "\n"
        )
        with self._lock:
            self._follow(event, fields.get("execution_id"))
            if self.open:
                try:
                    self._socket.sendall(line.encode())
                except OSError:
                    self.open = False

    def running(self) -> str | None:
        """Returns the id of the test execution that began last and is not complete."""
        with self._lock:
            return self._running[-1] if self._running else None

    def listen(self, command: Callable[[dict[str, Any]], None], gone: Callable[[], None]) -> None:
        """Calls `command` for each command of the host, and `gone` when it has left, from a thread of its own."""
        self._reader = threading.Thread(target=self._read, args=(command, gone), name="test-stations", daemon=True)
        untraced(self._reader).start()

    def close(self) -> None:
        """Says that nothing more comes, and waits until the host has read it all."""
        try:
            self._socket.shutdown(socket.SHUT_WR)
        except OSError:
            return
        if self._reader is not None:
            # Leaving with unread commands would reset the connection, and the host would lose the last events.
            self._reader.join(PATIENCE)

    def _follow(self, event: str, execution_id: object) -> None:
        if event == "run_started" and isinstance(execution_id, str):
            self._running.append(execution_id)
        elif event == "run_complete" and execution_id in self._running:
            self._running.remove(str(execution_id))

    def _read(self, command: Callable[[dict[str, Any]], None], gone: Callable[[], None]) -> None:
        pending = b""
        while True:
            try:
                data = self._socket.recv(65536)
            except TimeoutError:
                continue
            except OSError:
                break
            if not data:
                break
            *lines, pending = (pending + data).split(b"\n")
            for line in lines:
                try:
                    command(json.loads(line))
                except Exception as error:  # the next command counts as much as this one
                    print(f"Test Stations: cannot follow the command {line!r}: {error!r}", file=sys.stderr)
        self.open = False
        gone()

    def _leave_to_parent(self) -> None:
        self.open = False
        self._lock = threading.RLock()
        self._socket.close()


def connect() -> Channel:
    """Connects as the environment says, and takes both variables out of it: they are not the script's.

    Raises:
        ChannelError: a variable is missing, or nobody listens.
    """
    address = os.environ.pop(ADDRESS_VARIABLE, None)
    token = os.environ.pop(TOKEN_VARIABLE, None)
    if not address or not token:
        raise ChannelError(
            f"{ADDRESS_VARIABLE} and {TOKEN_VARIABLE} are not set. This program is started by the editor; "
            "to run a script by hand, use python itself."
        )
    return Channel(address, token)
