"""Pushes measurements of several dimensions with the v1 client, as its documentation shows them."""

import sys
import time

from tofupilot import TofuPilotClient

now = int(time.time() * 1000)
result = TofuPilotClient().create_run(
    procedure_id="FVT1",
    unit_under_test={"serial_number": sys.argv[1], "part_number": "PCBA01"},
    run_passed=True,
    phases=[
        {
            "name": "sweep",
            "outcome": "PASS",
            "start_time_millis": now,
            "end_time_millis": now + 1000,
            "measurements": [
                {
                    "name": "current",
                    "units": ["s", "A"],
                    "measured_value": [(0, 10.5), (1, 2**60 + 1)],
                    "outcome": "PASS",
                },
                {
                    "name": "power",
                    "units": ["s", "V", "A"],
                    "measured_value": [(0, 10, 2.5), (1, 11, 2.75)],
                    "outcome": "PASS",
                },
            ],
        }
    ],
)
print(result)
sys.exit(0 if result.get("success") else 1)
