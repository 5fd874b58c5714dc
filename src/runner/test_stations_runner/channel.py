"""The private channel to the host: one JSON object per line, in both directions, over a loopback socket.

The script's process and each child process that tests or pushes have a connection of their own.
"""

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
from .lineage import Lineage, call_after_fork
from .values import to_json

ADDRESS_VARIABLE = "TEST_STATIONS_CHANNEL"
TOKEN_VARIABLE = "TEST_STATIONS_TOKEN"
CHILD_TOKEN_VARIABLE = "TEST_STATIONS_CHILD_TOKEN"

# Only the script's own process reports these; a forked one has the same exit functions.
_OF_SCRIPT = ("run_crashed", "script_ended")

# A host that reads nothing for this time counts as disconnected: the test must not wait for it.
HOST_TIMEOUT_S = 10.0


class ChannelError(Exception):
    pass


class Channel:
    """A connection that never disturbs the script: after the host has disconnected, sending does nothing."""

    def __init__(self, address: str, token: str, child_token: str, lineage: Lineage) -> None:
        self.address = address
        self.child_token = child_token
        # True in a child process that has not connected yet.
        self.is_open = True
        self._token = token
        self._lineage = lineage
        # In the order in which they began.
        self._running: list[str] = []
        self._socket: socket.socket | None = None
        # Reentrant: a signal handler may send while the main thread is sending.
        self._lock = threading.RLock()
        self._reader: threading.Thread | None = None
        self._command: Callable[[dict[str, Any]], None] = lambda line: None
        self._disconnected: Callable[[], None] = lambda: None
        self._before_child_connects: Callable[[], None] = lambda: None
        call_after_fork(self._reset_after_fork)

    def connect(self) -> None:
        host, _, port = self.address.rpartition(":")
        try:
            self._socket = socket.create_connection((host, int(port)), timeout=HOST_TIMEOUT_S)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except (OSError, ValueError) as error:
            self.is_open = False
            raise ChannelError(f"cannot reach the editor at {self.address}: {error}") from error
        self._write("hello", token=self._token, pid=os.getpid(), python=platform.python_version())

    def send(self, event: str, **fields: object) -> None:
        execution_id = fields.get("execution_id")
        if self._lineage.is_inherited(execution_id) or (self._lineage.is_child and event in _OF_SCRIPT):
            return
        with self._lock:
            self._track_execution(event, str(execution_id))
            if self._ensure_connected():
                self._write(event, **fields)

    def running(self) -> str | None:
        with self._lock:
            return self._running[-1] if self._running else None

    def listen(
        self,
        command: Callable[[dict[str, Any]], None],
        disconnected: Callable[[], None],
        before_child_connects: Callable[[], None],
    ) -> None:
        """Starts to read commands; a child process calls `before_child_connects` and connects with its first event."""
        self._command, self._disconnected, self._before_child_connects = command, disconnected, before_child_connects
        if self._socket is not None:
            self._start_reader()

    def close(self) -> None:
        if self._socket is None:
            return
        try:
            self._socket.shutdown(socket.SHUT_WR)
        except OSError:
            return
        if self._reader is not None:
            # Leaving with unread commands would reset the connection, and the host would lose the last events.
            self._reader.join(HOST_TIMEOUT_S)

    def _track_execution(self, event: str, execution_id: str) -> None:
        if event == "run_started":
            self._lineage.begin(execution_id)
            self._running.append(execution_id)
        elif event == "run_complete" and execution_id in self._running:
            self._running.remove(execution_id)

    def _ensure_connected(self) -> bool:
        if self.is_open and self._socket is None and self._lineage.is_child:
            try:
                self._before_child_connects()
                self.connect()
                self._start_reader()
            except (ChannelError, RuntimeError):  # no host, or the process is ending and starts no thread any more
                self.is_open = False
        return self.is_open and self._socket is not None

    def _write(self, event: str, **fields: object) -> None:
        line = json.dumps(
            to_json({"event": event, "time": time.time() * 1000, **fields}), allow_nan=False, separators=(",", ":")
        )
        if self._socket is None:
            return
        try:
            self._socket.sendall(f"{line}\n".encode())
        except OSError:
            self.is_open = False

    def _start_reader(self) -> None:
        self._reader = threading.Thread(target=self._read, name="test-stations", daemon=True)
        untraced(self._reader).start()

    def _read(self) -> None:
        pending = b""
        connection = self._socket
        while connection is not None:
            try:
                data = connection.recv(65536)
            except TimeoutError:
                continue
            except OSError:
                break
            if not data:
                break
            *lines, pending = (pending + data).split(b"\n")
            for line in lines:
                try:
                    self._command(json.loads(line))
                except Exception as error:  # the following commands must still be read
                    print(f"Test Stations: cannot follow the command {line!r}: {error!r}", file=sys.stderr)
        self.is_open = False
        self._disconnected()

    def _reset_after_fork(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket = self._reader = None
        self._running = []
        self._token = self.child_token
        self._lock = threading.RLock()
        # Perhaps only the parent's connection was closed.
        self.is_open = True


def channel_of_environment(lineage: Lineage) -> Channel:
    """Connects to the channel in the environment, and removes its variables, which the script must not see.

    Raises:
        ChannelError: A variable is missing, or no host listens.
    """
    address = os.environ.pop(ADDRESS_VARIABLE, None)
    token = os.environ.pop(TOKEN_VARIABLE, None)
    child_token = os.environ.pop(CHILD_TOKEN_VARIABLE, None) or ""
    if not address or not token:
        raise ChannelError(
            f"{ADDRESS_VARIABLE} and {TOKEN_VARIABLE} are not set. This program is started by the editor; "
            "to run a script by hand, use python itself."
        )
    channel = Channel(address, token, child_token, lineage)
    channel.connect()
    return channel
