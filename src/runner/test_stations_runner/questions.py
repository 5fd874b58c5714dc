from __future__ import annotations

import enum
import os
import sys
import uuid
from queue import SimpleQueue

from .channel import Channel
from .control import STOPPED
from .lineage import Lineage, call_after_fork


class HostDisconnectedError(Exception):
    pass


class Unanswered(enum.Enum):
    HOST_DISCONNECTED = enum.auto()
    STOPPED = enum.auto()


Answer = str | None | Unanswered


class Questions:
    """The questions to the host that wait for their answers.

    Each waits at a queue of its own: a stop interrupts the waiting thread anywhere and must not leave a lock acquired.
    """

    def __init__(self, channel: Channel, lineage: Lineage) -> None:
        self._channel = channel
        self._lineage = lineage
        self._waiting: dict[str, SimpleQueue[Answer]] = {}
        self._has_warned = False
        call_after_fork(self._reset_after_fork)

    def ask(self, event: str, execution_id: str, without_host: str | None, **fields: object) -> str:
        """Asks, waits, and returns the answer.

        Args:
            without_host: The answer when no host is connected; None ends the script then.

        Raises:
            SystemExit: The user cancels the test, has stopped the script, or can no longer be asked.
            HostDisconnectedError: The user can no longer be asked, in a child process. If that ended instead, a pool
                would start the next one for ever, and results would be missing without a message.
        """
        answer = self.wait(uuid.uuid4().hex, event, execution_id, **fields)
        if answer is Unanswered.HOST_DISCONNECTED:
            if without_host is None and self._lineage.is_child:
                self._warn()
                raise HostDisconnectedError
            answer = Unanswered.STOPPED if without_host is None else without_host
        if isinstance(answer, Unanswered):
            raise SystemExit(STOPPED)
        if answer is None:
            raise SystemExit(0)
        return answer

    def wait(self, request: str, event: str, execution_id: str, **fields: object) -> Answer:
        answers: SimpleQueue[Answer] = SimpleQueue()
        self._waiting[request] = answers
        try:
            self._channel.send(event, execution_id=execution_id, request_id=request, **fields)
            if not self._channel.is_open:
                self.host_disconnected()
            return answers.get()
        finally:
            self._waiting.pop(request, None)

    def answer(self, request: str, answer: str | None) -> None:
        self._resolve([request], answer)

    def host_disconnected(self) -> None:
        self._resolve(list(self._waiting), Unanswered.HOST_DISCONNECTED)

    def stop(self) -> None:
        self._resolve(list(self._waiting), Unanswered.STOPPED)

    def _warn(self) -> None:
        if not self._has_warned:
            self._has_warned = True
            print(
                f"Test Stations: child process {os.getpid()} cannot reach the editor. "
                "It uses the procedure and the serial number that the script gives.",
                file=sys.stderr,
            )

    def _reset_after_fork(self) -> None:
        self._waiting = {}

    def _resolve(self, requests: list[str], answer: Answer) -> None:
        for request in requests:
            answers = self._waiting.pop(request, None)
            if answers is not None:
                answers.put(answer)
