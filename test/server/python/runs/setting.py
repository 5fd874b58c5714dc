"""What the checks of runs share: the client, the kind of its key, and a mark that tells their rounds apart."""

from __future__ import annotations

import sys
import uuid
from datetime import datetime, timedelta, timezone
from typing import Any

from tofupilot.v2 import TofuPilot

KIND, URL, PROCEDURE, FOREIGN = sys.argv[1:5]
NEWEST = hasattr(TofuPilot(server_url=URL), "imports")
START = datetime(2026, 3, 1, 12, 0, 0, 123000, tzinfo=timezone.utc)
END = START + timedelta(minutes=2, milliseconds=500)

client = TofuPilot(server_url=URL)
mark = f"{KIND}-{uuid.uuid4().hex[:8]}"


def create(**more: Any) -> str:
    """Creates a run with as little as may be, and what is given."""
    body: dict[str, Any] = {
        "outcome": "PASS",
        "procedure_id": PROCEDURE,
        "started_at": START,
        "ended_at": END,
        "serial_number": f"{mark}-1",
        "part_number": "PCBA-V2",
    }
    return client.runs.create(**{**body, **more}).id
