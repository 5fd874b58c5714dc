"""Variables that come over the private channel, because a debugger's configuration is seen by others."""

from __future__ import annotations

import os
import threading

# Seconds; the host sends them as soon as it is greeted.
PATIENCE = 30.0


class Environment:
    """What the host adds to the environment before the script runs."""

    def __init__(self) -> None:
        self._arrived = threading.Event()

    def take(self, variables: dict[str, str]) -> None:
        """Adds the variables."""
        os.environ.update(variables)
        self._arrived.set()

    def wait(self) -> None:
        """Waits until they are there. Without them the script would run, and say itself what is missing."""
        self._arrived.wait(PATIENCE)
