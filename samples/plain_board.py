"""The same kind of test without a framework: plain functions, whose results are pushed at the end."""

import random
import time

from tofupilot import MeasurementOutcome, PhaseOutcome, TofuPilotClient


def check_supply():
    start = time.time() * 1000
    volts = round(random.gauss(3.3, 0.01), 3)
    passed = 3.2 <= volts <= 3.4
    print(f"supply_voltage: {volts} V")
    return {
        "name": "check_supply",
        "outcome": PhaseOutcome.PASS if passed else PhaseOutcome.FAIL,
        "start_time_millis": start,
        "end_time_millis": time.time() * 1000,
        "measurements": [
            {
                "name": "supply_voltage",
                "outcome": MeasurementOutcome.PASS if passed else MeasurementOutcome.FAIL,
                "measured_value": volts,
                "units": "V",
                "lower_limit": 3.2,
                "upper_limit": 3.4,
            }
        ],
    }


def main():
    phases = [check_supply()]
    # The client reads the station's key from TOFUPILOT_API_KEY, which the editor and its station terminal set.
    client = TofuPilotClient()
    client.create_run(
        procedure_id="FVT1",  # the identifier of a procedure that is linked to the station
        unit_under_test={"serial_number": "SN-0002", "part_number": "PCBA01"},
        run_passed=all(phase["outcome"] == PhaseOutcome.PASS for phase in phases),
        phases=phases,
    )


if __name__ == "__main__":
    main()
