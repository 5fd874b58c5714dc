"""Asks the host under which procedure a test may run."""

from __future__ import annotations

import enum
import uuid
from queue import SimpleQueue

from .channel import Channel
from .control import STOPPED


class _Unanswered(enum.Enum):
    GONE = enum.auto()
    STOPPED = enum.auto()


_Answer = str | None | _Unanswered


class Procedures:
    """The questions that wait for their answers.

    Each waits at a queue of its own: a stop interrupts the waiting thread anywhere, and must not leave a lock behind.
    """

    def __init__(self, channel: Channel, ask: bool) -> None:
        """Args: ask: False: every test runs under its own procedure."""
        self._channel = channel
        self._ask = ask
        self._waiting: dict[str, SimpleQueue[_Answer]] = {}
        self._given: dict[str | None, str] = {}

    def choose(self, execution_id: str, procedure_id: str | None) -> str | None:
        """Asks, waits, and returns the procedure to run under.

        When there is no host any more, what it answered before to the same question counts on.

        Raises:
            SystemExit: the user does not want the test to run, stopped the script, or can no longer be asked.
        """
        if not self._ask:
            return procedure_id
        request = uuid.uuid4().hex
        answers: SimpleQueue[_Answer] = SimpleQueue()
        self._waiting[request] = answers
        self._channel.send(
            "procedure_request", execution_id=execution_id, request_id=request, procedure_id=procedure_id
        )
        if not self._channel.open:
            self.host_is_gone()
        answer = answers.get()
        if answer is _Unanswered.GONE:
            answer = self._given.get(procedure_id, _Unanswered.STOPPED)
        if isinstance(answer, _Unanswered):
            raise SystemExit(STOPPED)
        if answer is None:
            raise SystemExit(0)
        self._given[procedure_id] = answer
        return answer

    def answer(self, request: str, procedure_id: str | None) -> None:
        """Gives the host's answer to the question that waits for it."""
        self._resolve([request], procedure_id)

    def host_is_gone(self) -> None:
        """Answers all questions as they were answered before; nobody is there to answer new ones."""
        self._resolve(list(self._waiting), _Unanswered.GONE)

    def stop(self) -> None:
        """Lets all questions end their scripts."""
        self._resolve(list(self._waiting), _Unanswered.STOPPED)

    def _resolve(self, requests: list[str], answer: _Answer) -> None:
        for request in requests:
            answers = self._waiting.pop(request, None)
            if answers is not None:
                answers.put(answer)
