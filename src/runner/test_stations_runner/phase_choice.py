from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class PhaseChoice:
    """The phases that the user wants to run: those in `only`, or the phase `first` and all that follow it."""

    only: tuple[str, ...]
    first: str | None

    @staticmethod
    def of_json(fields: Any) -> PhaseChoice | None:
        """Reads the contract's `phaseChoice`; None stands for all phases."""
        if fields is None:
            return None
        return PhaseChoice(only=tuple(fields.get("only") or ()), first=fields.get("from"))

    def to_json(self) -> dict[str, Any]:
        return {"only": self.only} if self.first is None else {"from": self.first}

    @property
    def sentence(self) -> str:
        chosen = f"only {', '.join(self.only)}" if self.first is None else f"from {self.first} to the end"
        return f"This was a partial run: {chosen}."

    def indexes_in(self, names: Sequence[str]) -> range | list[int]:
        """Returns which of the phases of a test, by their names in the order of the test, are to run."""
        if self.first is None:
            return [index for index, name in enumerate(names) if name in self.only]
        return range(names.index(self.first), len(names)) if self.first in names else []
