import { oneLine, withoutIsolates } from '../../../shared/format/oneLine.ts';
import type { ProcedureReference } from '../../../shared/run/procedureChoice.ts';

export type ScriptKind = 'openhtf' | 'vanilla' | 'pytest' | 'robot';

const example = 'FVT1';

/**
 * Returns a first script for a procedure: one phase with one measurement. Scripts in OpenHTF and plain Python push it by the
 * official client. The script names the procedure by its identifier, or by its id with the name as a comment.
 */
export function scriptTemplate(kind: ScriptKind, procedure?: ProcedureReference): string {
  const id = procedure?.identifier ?? procedure?.id ?? example;
  const isNamed = procedure === undefined || typeof procedure.identifier === 'string';
  const comment = isNamed ? '' : `  # ${withoutIsolates(oneLine(procedure.name, 60))}`;
  switch (kind) {
    case 'openhtf':
      return openHtf(`procedure_id="${id}",${comment}`);
    case 'vanilla':
      return vanilla(`procedure_id="${id}",${comment}`);
    case 'pytest':
      return pytest(`PROCEDURE_ID = "${id}"${comment}`);
    case 'robot':
      return robot(`\${PROCEDURE_ID}     ${id}${comment}`);
  }
}

export function procedureTemplate(
  procedure?: ProcedureReference,
): { readonly path: string; readonly content: string }[] {
  const name = JSON.stringify(withoutIsolates(oneLine(procedure?.name ?? 'Board test', 90)));
  return [
    { path: 'procedure.yaml', content: procedureYaml(name) },
    { path: 'phases/check_supply.py', content: checkSupply },
  ];
}

/** Returns the name of the file for a first script, after the name of the procedure: `board_test.py` for “Board test”. */
export function scriptFileName(kind: ScriptKind, procedure?: ProcedureReference): string {
  const words = [procedure?.name, procedure?.identifier, example].map(fileWords).find((each) => each !== '');
  // The ending also keeps a script from hiding a module of Python, such as random.
  return `${words?.replace(/_test$/, '') ?? ''}_test.${kind === 'robot' ? 'robot' : 'py'}`;
}

const fileWords = (text: string | null | undefined): string =>
  (
    oneLine(text ?? '', 60)
      .normalize('NFC')
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  ).join('_');

const procedureYaml = (name: string): string => `name: ${name}
unit:
  serial_number:
    placeholder: SN-0001
  part_number:
    default_value: PCBA01
main:
  - name: Check supply
    python: phases.check_supply
    measurements:
      - name: supply_voltage
        unit: V
        validators:
          - { operator: ">=", expected_value: 3.2 }
          - { operator: "<=", expected_value: 3.4 }
  - name: Look at the board
    python: phases.check_supply:look
    depends_on: [check_supply]
    description: Is the green light on?
    measurements:
      - name: light_is_on
        validators:
          - { operator: "==", expected_value: true }
    ui:
      components:
        - type: switch
          label: The green light is on
          bind: measurements.light_is_on
`;

const checkSupply = `def check_supply(measurements):
    """Replace the number with a reading of your instrument."""
    measurements.supply_voltage = 3.3


def look():
    """The operator answers; nothing is left to do."""
`;

const openHtf = (procedureId: string): string => `import openhtf as htf
from openhtf.util import units
from tofupilot.openhtf import upload


@htf.measures(htf.Measurement("supply_voltage").in_range(3.2, 3.4).with_units(units.VOLT))
def check_supply(test):
    """Replace the number with a reading of your instrument."""
    test.measurements.supply_voltage = 3.3


def main():
    test = htf.Test(
        check_supply,
        ${procedureId}
        part_number="PCBA01",
    )
    test.add_output_callbacks(upload())
    test.execute(lambda: "SN-0001")


if __name__ == "__main__":
    main()
`;

const vanilla = (procedureId: string): string => `import time

from tofupilot import MeasurementOutcome, PhaseOutcome, TofuPilotClient


def check_supply():
    """Replace the number with a reading of your instrument."""
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
        ${procedureId}
        unit_under_test={"serial_number": "SN-0001", "part_number": "PCBA01"},
        run_passed=all(phase["outcome"] == PhaseOutcome.PASS for phase in phases),
        phases=phases,
    )


if __name__ == "__main__":
    main()
`;

const pytest = (procedureId: string): string => `import pytest

${procedureId}
SERIAL_NUMBER = "SN-0001"
PART_NUMBER = "PCBA01"


@pytest.fixture(scope="session")
def supply():
    """Replace the number with your instrument: connect to it before the yield, and disconnect after it."""
    yield 3.3


def test_supply(supply, measure):
    assert measure("supply_voltage", supply, lower=3.2, upper=3.4, units="V")
`;

const robot = (procedureId: string): string => `*** Settings ***
Library    TestStations

*** Variables ***
${procedureId}
\${SERIAL_NUMBER}    SN-0001
\${PART_NUMBER}      PCBA01

*** Test Cases ***
Supply
    [Documentation]    Replace the number with a reading of your instrument.
    Measure    supply_voltage    3.3    lower=3.2    upper=3.4    units=V
`;
