from __future__ import annotations

import os
import threading

# Seconds; the host sends them as soon as it is greeted.
PATIENCE = 30.0


class Environment:
    def __init__(self) -> None:
        self._arrived = threading.Event()

    def take(self, variables: dict[str, str]) -> None:
        os.environ.update(variables)
        self._arrived.set()

    def wait(self) -> None:
        self._arrived.wait(PATIENCE)
