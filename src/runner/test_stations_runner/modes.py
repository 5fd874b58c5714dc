from __future__ import annotations

import enum

MODE_VARIABLE = "TEST_STATIONS_MODE"


class Mode(enum.Enum):
    PUSH = "push"
    DRY = "dry"
    DEBUG = "debug"
