/** The kinds of script that "New Test Script" writes. */
export type ScriptKind = 'openhtf' | 'vanilla';

/** A first script for a procedure: one phase with one measurement, pushed by the official client. */
export function scriptTemplate(kind: ScriptKind, procedureId: string): string {
  const id = JSON.stringify(procedureId);
  return kind === 'openhtf' ? openHtf(id) : vanilla(id);
}

const openHtf = (id: string): string => `import openhtf as htf
from openhtf.util import units
from tofupilot.openhtf import TofuPilot


@htf.measures(htf.Measurement("supply_voltage").in_range(3.2, 3.4).with_units(units.VOLT))
def check_supply(test):
    """Replace the number by what your instrument reads."""
    test.measurements.supply_voltage = 3.3


def main():
    test = htf.Test(check_supply, procedure_id=${id}, part_number="PCBA01")
    with TofuPilot(test):
        test.execute(lambda: "SN-0001")


if __name__ == "__main__":
    main()
`;

const vanilla = (id: string): string => `import time

from tofupilot import MeasurementOutcome, PhaseOutcome, TofuPilotClient


def check_supply():
    """Replace the number by what your instrument reads."""
    start = time.time() * 1000
    volts = 3.3
    passed = 3.2 <= volts <= 3.4
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
    client = TofuPilotClient()
    client.create_run(
        procedure_id=${id},
        unit_under_test={"serial_number": "SN-0001", "part_number": "PCBA01"},
        run_passed=all(phase["outcome"] == PhaseOutcome.PASS for phase in phases),
        phases=phases,
    )


if __name__ == "__main__":
    main()
`;
