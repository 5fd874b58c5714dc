import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const phaseCount = 20;
const perPhase = 10;
export const measurementCount = phaseCount * perPhase;
export const pauseMs = 150;

const indexes = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const phases = indexes(phaseCount);
const measurements = indexes(perPhase);
const key = (phase: number, index: number): string => `m_${phase}_${index}`;

const openhtf = `import time

import openhtf as htf
from tofupilot.openhtf import upload

${phases
  .map(
    (phase) => `
@htf.measures(${measurements.map((index) => `htf.Measurement("${key(phase, index)}").in_range(3.2, 3.4)`).join(', ')})
def step_${phase}(test):
    time.sleep(${pauseMs / 1000})
    for index in range(${perPhase}):
        test.measurements["m_${phase}_" + str(index)] = 3.3
`,
  )
  .join('\n')}

if __name__ == "__main__":
    test = htf.Test(${phases.map((phase) => `step_${phase}`).join(', ')}, procedure_id="FVT1", part_number="PCBA01")
    test.add_output_callbacks(upload())
    test.execute(lambda: "SN-0001")
`;

const identity = `import time

PROCEDURE_ID = "FVT1"
SERIAL_NUMBER = "SN-0001"
PART_NUMBER = "PCBA01"
`;

const plain = `${identity}
${phases
  .map(
    (phase) => `
def phase_${phase}():
    time.sleep(${pauseMs / 1000})
    return {
        "measurements": [
            {"name": f"m_${phase}_{index}", "measured_value": 3.3, "lower_limit": 3.2, "upper_limit": 3.4, "units": "V"}
            for index in range(${perPhase})
        ]
    }
`,
  )
  .join('\n')}

if __name__ == "__main__":
    for phase in (${phases.map((phase) => `phase_${phase}`).join(', ')}):
        phase()
`;

const pytest = `${identity}
import pytest
${phases
  .map(
    (phase) => `

def test_${phase}(measure):
    time.sleep(${pauseMs / 1000})
    for index in range(${perPhase}):
        assert measure(f"m_${phase}_{index}", 3.3, lower=3.2, upper=3.4, units="V")
`,
  )
  .join('')}`;

/** The keywords of a row are phases, so that a test has 1 keyword that takes its time and 10 that measure. */
const robot = `*** Settings ***
Library    TestStations

*** Variables ***
\${PROCEDURE_ID}     FVT1
\${SERIAL_NUMBER}    SN-0001
\${PART_NUMBER}      PCBA01

*** Test Cases ***
${phases
  .map((phase) =>
    [
      `Step ${phase}`,
      `    Sleep    ${pauseMs} ms`,
      ...measurements.map((index) => `    Measure    ${key(phase, index)}    3.3    3.2    3.4    V`),
    ].join('\n'),
  )
  .join('\n')}
`;

const procedure = `name: Bench
unit:
  auto_identify: true
  serial_number: { default_value: SN-0001 }
  part_number: { default_value: PCBA01 }
main:
${phases
  .map(
    (phase) => `  - name: Step ${phase}
    key: step_${phase}
    python: phases/step
    measurements:
${measurements.map((index) => `      - { name: ${key(phase, index)}, unit: V, validators: [{ operator: '>=', expected_value: 3.2 }] }`).join('\n')}`,
  )
  .join('\n')}
`;

const session = [
  { type: 'run_started', procedure_id: 'bench', protocol_version: '1.0' },
  {
    type: 'identify_resolved',
    slot_id: 'default',
    unit: { serial_number: 'SN-0001', part_number: 'PCBA01' },
  },
  { type: 'plan', phases: phases.map((phase) => ({ key: `step_${phase}`, name: `Step ${phase}` })) },
  ...phases.flatMap((phase) => {
    const phase_key = `step_${phase}`;
    const attempt = { phase_key, attempt: 1, slot_id: 'default', started_at: '' };
    return [
      { type: 'phase_started', ...attempt },
      { stand_in: 'pause', milliseconds: pauseMs },
      ...measurements.map((index) => ({
        type: 'measurement_recorded',
        phase_key,
        name: key(phase, index),
        value: { Numeric: 3.3 },
        outcome: 'unset',
        unit: 'V',
      })),
      { type: 'phase_finished', ...attempt, outcome: 'PASS', ended_at: '' },
    ];
  }),
  { type: 'run_finished', outcome: 'PASS', exit_code: 0 },
];

const time = '2026-11-29T10:00:00.000Z';
const record = {
  outcome: 'PASS',
  procedure_id: 'bench',
  started_at: time,
  ended_at: time,
  serial_number: 'SN-0001',
  part_number: 'PCBA01',
  phases: phases.map((phase) => ({
    name: `Step ${phase}`,
    outcome: 'PASS',
    started_at: time,
    ended_at: time,
    measurements: measurements.map((index) => ({
      name: key(phase, index),
      outcome: 'PASS',
      measured_value: 3.3,
      units: 'V',
    })),
  })),
  attachments: [],
};

/** What suites and tests measure with when they run without the editor. */
const plainLibrary = `class TestStations:
    def measure(self, name, value, lower="", upper="", units=""):
        if not float(lower) <= float(value) <= float(upper):
            raise AssertionError(name)
        return value
`;

const plainFixture = `import pytest


@pytest.fixture
def measure():
    def measured(name, value, *, lower=None, upper=None, units=None):
        return lower <= value <= upper

    return measured
`;

/** Writes a test of 20 phases and 200 measurements in each kind. */
export function writeSamples(folder: string): void {
  const files: Readonly<Record<string, string>> = {
    'openhtf_script.py': openhtf,
    'plain_script.py': plain,
    'test_bench.py': pytest,
    'bench.robot': robot,
    'plain/TestStations.py': plainLibrary,
    'plain/plain_measure.py': plainFixture,
    'procedure/procedure.yaml': procedure,
    'procedure/session.jsonl': session.map((line) => JSON.stringify(line)).join('\n'),
    'procedure/record.json': JSON.stringify(record),
  };
  for (const part of ['plain', 'procedure/venv']) mkdirSync(join(folder, part), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}
