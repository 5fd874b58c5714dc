from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from dataclasses import replace

from .channel import Channel
from .executions import Executions, Pushable
from .lineage import call_after_fork
from .pending_uploads import PendingUploads
from .plain_pushed_phases import millis


class Handover:
    """Knows which results no server has acknowledged, and hands them over to the editor.

    A script may still push the result of a finished test, or retry a failed push. A result is therefore handed over
    when the next test of its thread begins or the script ends, and immediately only where no such push can follow.
    """

    def __init__(self, channel: Channel, pending_uploads: PendingUploads, executions: Executions) -> None:
        self._channel = channel
        self._pending_uploads = pending_uploads
        self._executions = executions
        self._lock = threading.Lock()
        # With the thread whose next test ends the wait.
        self._waiting: dict[str, tuple[int, Pushable]] = {}
        # Pushes that no server has acknowledged, by the hash of the request.
        self._sent: dict[bytes, Pushable] = {}
        call_after_fork(self._reset_after_fork)

    def save_request(self, execution: Pushable, kind: str, body: bytes, is_dated: bool) -> Pushable:
        """Saves the request by which a client is about to push a run.

        Args:
            is_dated: The script states when the test was, so that an equal request means the same run.

        Returns:
            The execution whose run it is: an earlier one when this is another try of its push.
        """
        first = execution
        if is_dated:
            import hashlib  # it loads OpenSSL, which takes longer than the rest of the runner's libraries

            with self._lock:
                first = self._sent.setdefault(hashlib.sha256(body).digest(), execution)
        if first is execution:
            result = execution.result(kind, body)
            self._pending_uploads.save(replace(result, started_at=_started_at_millis(body) or result.started_at))
            self.hand_over_thread(execution)
        return first

    def test_finished(self, execution: Pushable) -> None:
        if execution.is_pushed:
            self._pending_uploads.remove(execution.id)
        elif execution.failure is not None or "tofupilot" not in sys.modules:
            self._hand_over(execution)
        else:
            self.expect_push(execution)

    def expect_push(self, execution: Pushable) -> None:
        with self._lock:
            self._waiting[execution.id] = threading.get_ident(), execution

    def push_acknowledged(self, execution: Pushable, run_id: str) -> None:
        with self._lock:
            self._waiting.pop(execution.id, None)
            self._sent = {digest: each for digest, each in self._sent.items() if each is not execution}
        self._executions.remove(execution)
        self._pending_uploads.acknowledge(execution.id, run_id)

    def push_finished(self, execution: Pushable) -> None:
        self._pending_uploads.remove(execution.id)

    def hand_over_thread(self, without: Pushable | None = None) -> None:
        thread = threading.get_ident()
        self._hand_over_matching(lambda other, execution: other == thread and execution is not without)

    def hand_over_all(self) -> None:
        self._hand_over_matching(lambda _, __: True)

    def _hand_over_matching(self, matches: Callable[[int, Pushable], bool]) -> None:
        with self._lock:
            matching = [each for thread, each in self._waiting.values() if matches(thread, each)]
            for execution in matching:
                del self._waiting[execution.id]
        for execution in matching:
            self._hand_over(execution)

    def _hand_over(self, execution: Pushable) -> None:
        self._executions.remove(execution)
        status, message = execution.failure or (None, None)
        if self._pending_uploads.hand_over(execution.id, status, message):
            self._channel.send("run_upload_queued", execution_id=execution.id, status=status, message=message)

    def _reset_after_fork(self) -> None:
        self._lock = threading.Lock()
        self._waiting, self._sent = {}, {}


def _started_at_millis(body: bytes) -> float | None:
    try:
        return millis(json.loads(body)["started_at"])
    except (ValueError, KeyError, TypeError):
        return None
