"""Why the script is run."""

from __future__ import annotations

import enum

MODE_VARIABLE = "TEST_STATIONS_MODE"


class Mode(enum.Enum):
    """The contract's `runMode`."""

    PUSH = "push"
    """The script's client pushes as the station."""
    DRY = "dry"
    """Nothing reaches a server."""
    DEBUG = "debug"
    """As `PUSH`, under a debugger: no timeouts, and the station's key comes over the channel."""
