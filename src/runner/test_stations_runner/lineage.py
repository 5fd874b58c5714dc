from __future__ import annotations

import os
from collections.abc import Callable


def call_after_fork(action: Callable[[], None]) -> None:
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=action)


class Lineage:
    """The test executions that began in this process.

    A forked process has a copy of everything that its parent was doing. The parent reports and saves what it has begun;
    the forked process must not do so a second time.
    """

    def __init__(self, is_child: bool) -> None:
        self.is_child = is_child
        self._begun: set[str] = set()
        self._inherited: frozenset[str] = frozenset()
        call_after_fork(self._forked)

    def begin(self, execution_id: str) -> None:
        self._begun.add(execution_id)

    def is_inherited(self, execution_id: object) -> bool:
        return execution_id in self._inherited

    def _forked(self) -> None:
        self.is_child = True
        self._inherited = frozenset(self._begun)
