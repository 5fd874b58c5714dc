from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from .phase_choice import PhaseChoice


class ChosenPhases:
    """The phases of an OpenHTF test that run if the user has chosen some: with the setup and teardown around them."""

    def __init__(self, sequence: Any, choice: PhaseChoice) -> None:
        phases = list(sequence.all_phases())
        wanted = choice.indexes_in([phase.name for phase in phases])
        self._wanted = {id(phases[index]) for index in wanted}
        running = {id(phase) for phase in self._running(sequence)}
        self._skipped = [phase for phase in phases if id(phase) not in running]
        self.ids = running

    def has_passed(self, records: Iterable[Any]) -> bool:
        """Returns whether a chosen phase has passed: it may be skipped, or in a branch that was not taken."""
        return any(
            record.descriptor_id in self._wanted and getattr(record.outcome, "name", None) == "PASS"
            for record in records
        )

    @contextmanager
    def without_others(self) -> Iterator[None]:
        """Lets OpenHTF skip the other phases, without a record of them."""
        before = [(phase.options, phase.options.run_if) for phase in self._skipped]
        for options, _ in before:
            options.run_if = _never
        try:
            yield
        finally:
            for options, run_if in before:
                options.run_if = run_if

    def _running(self, node: Any) -> Iterator[Any]:
        if not hasattr(node, "all_phases"):
            if id(node) in self._wanted:
                yield node
            return
        nodes = getattr(node, "nodes", None)
        if nodes is not None:
            for each in nodes:
                yield from self._running(each)
            return
        # A group: its setup and its teardown belong to each of its phases.
        if not any(id(phase) in self._wanted for phase in node.all_phases()):
            return
        yield from _phases_of((node.setup, node.teardown))
        if node.main is not None:
            yield from self._running(node.main)


def _phases_of(sequences: Iterable[Any]) -> Iterator[Any]:
    for sequence in sequences:
        if sequence is not None:
            yield from sequence.all_phases()


def _never() -> bool:
    return False
