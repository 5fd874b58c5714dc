"""Asks the host under which procedure a test may run."""

from __future__ import annotations

import enum
import threading
import uuid

from .channel import Channel
from .control import STOPPED


class _Unanswered(enum.Enum):
    GONE = enum.auto()
    STOPPED = enum.auto()


_Answer = str | None | _Unanswered


class Procedures:
    """The questions that wait for their answers."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._answered = threading.Condition()
        self._answers: dict[str, _Answer] = {}
        self._waiting: set[str] = set()

    def choose(self, execution_id: str, procedure_id: str | None) -> str | None:
        """Asks, waits, and returns the procedure to run under; the script's own when there is no host to ask.

        Raises:
            SystemExit: the user does not want the test to run, or stopped the script.
        """
        request = uuid.uuid4().hex
        with self._answered:
            self._waiting.add(request)
        self._channel.send(
            "procedure_request", execution_id=execution_id, request_id=request, procedure_id=procedure_id
        )
        if not self._channel.open:
            self.host_is_gone()
        with self._answered:
            self._answered.wait_for(lambda: request in self._answers)
            answer = self._answers.pop(request)
        if answer is _Unanswered.STOPPED:
            raise SystemExit(STOPPED)
        if answer is None:
            raise SystemExit(0)
        return procedure_id if isinstance(answer, _Unanswered) else answer

    def answer(self, request: str, procedure_id: str | None) -> None:
        """Gives the host's answer to the question that waits for it."""
        with self._answered:
            self._resolve({request}, procedure_id)

    def host_is_gone(self) -> None:
        """Lets all questions go on as their scripts say."""
        with self._answered:
            self._resolve(set(self._waiting), _Unanswered.GONE)

    def stop(self) -> None:
        """Lets all questions end their scripts."""
        with self._answered:
            self._resolve(set(self._waiting), _Unanswered.STOPPED)

    def _resolve(self, requests: set[str], answer: _Answer) -> None:
        for request in requests & self._waiting:
            self._waiting.discard(request)
            self._answers[request] = answer
        self._answered.notify_all()
