import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { mayDefineTests, mayHaveMarks } from '../../../src/shared/script/scriptHints.ts';
import { scanScript } from '../../../src/shared/script/scriptScan.ts';
import { scriptFile } from '../../support/scripts.ts';

const named = (id: string): unknown => ({ kind: 'named', id });
const procedures = (source: string): unknown => scanScript(source).procedureArguments;
const unnamed = { kind: 'unnamed' };
const computed = { kind: 'computed' };

describe('the procedures that a script names', () => {
  it('stand in the calls that make runs', () => {
    assert.deepEqual(procedures('test = htf.Test(phase, procedure_id="FVT1", part_number="PCBA01")\n'), [
      named('FVT1'),
    ]);
    assert.deepEqual(procedures('client.create_run(procedure_id="FVT1")\n'), [named('FVT1')]);
    assert.deepEqual(procedures('client.runs.create(procedure_id="FVT1")\n'), [named('FVT1')]);
    assert.deepEqual(procedures('from openhtf import Test\nTest(a, procedure_id="FVT1")\n'), [named('FVT1')]);
  });

  it('do not stand in other calls', () => {
    assert.deepEqual(procedures('link(procedure_id="FVT1")\nclient.stations.create(procedure_id="FVT1")\n'), []);
  });

  it('may stand in a constant of the module', () => {
    assert.deepEqual(procedures("PROCEDURE = 'FVT1'\nclient.create_run(procedure_id=PROCEDURE)\n"), [named('FVT1')]);
  });

  it('may be left out', () => {
    assert.deepEqual(procedures('htf.Test(phase, part_number="A")\n'), [unnamed]);
    assert.deepEqual(procedures('htf.Test(phase, timeout=2**3)\n'), [unnamed]);
  });

  it('are left to Python where only running tells', () => {
    assert.deepEqual(procedures('htf.Test(procedure_id=f"FVT{n}")\n'), [computed]);
    assert.deepEqual(procedures('htf.Test(procedure_id=os.environ["P"])\n'), [computed]);
    assert.deepEqual(procedures('htf.Test(phase, **config)\n'), [computed]);
    assert.deepEqual(procedures('P = "A"\nP = "B"\nhtf.Test(procedure_id=P)\n'), [computed]);
    assert.deepEqual(procedures('htf.Test(procedure_id="A\\n")\n'), [computed]);
  });

  it('are not read from comments and strings', () => {
    assert.deepEqual(procedures('# htf.Test(procedure_id="FVT1")\ns = "htf.Test(procedure_id=1)"\n'), []);
  });

  it('are read on behind a syntax error', () => {
    assert.deepEqual(procedures('def broken(:\n  pass\nhtf.Test(procedure_id="FVT1")\n'), [named('FVT1')]);
  });
});

describe('The scan for a part number', () => {
  const cases: [source: string, lacks: boolean][] = [
    ['htf.Test(phase)', true],
    ['client.create_run(procedure_id="FVT1", unit_under_test={"serial_number": "SN"})', true],
    ['client.runs.create(serial_number="SN")', true],
    ['htf.Test(phase, part_number="PCB01")', false],
    ['client.create_run(unit_under_test={"serial_number": "SN", "part_number": "PCB01"})', false],
    ['PART_NUMBER = "PCB01"\nhtf.Test(phase, **about)', false],
    ['htf.Test(phase, **about)', false],
    ['print("no test at all")', false],
    ['def phase_one():\n    pass', false],
  ];
  for (const [source, lacks] of cases) {
    it(`says ${lacks ? 'that none is given' : 'nothing'} for ${JSON.stringify(source)}`, () => {
      assert.equal(scanScript(source).lacksPartNumber, lacks);
    });
  }
});

describe('The scan of a script', () => {
  it('recognizes a test that is imported under another name in every part of the answer', () => {
    const scanned = scanScript('from openhtf import Test as T\ndef a(test): pass\nT(a, procedure_id="FVT1")\n');
    assert.deepEqual(scanned.procedureArguments, [named('FVT1')]);
    assert.deepEqual(
      scanned.procedures.map(({ id }) => id),
      ['FVT1'],
    );
    assert.equal(scanned.isRunnable, true);
    assert.equal(scanned.lacksPartNumber, true);
    assert.notEqual(scanned.entry, null);
  });

  it('reports whether the script imports OpenHTF', () => {
    assert.equal(scanScript('import openhtf as htf\n').usesOpenHtf, true);
    assert.equal(scanScript('from tofupilot import TofuPilotClient  # not openhtf\n').usesOpenHtf, false);
  });
});

describe('The cheap searches', () => {
  for (const name of ['board.py', 'openhtf_rich.py', 'vanilla_rich.py', 'vanilla_fvt1.py']) {
    it(`send ${name} to the parser, which finds phases and an entry in it`, () => {
      const source = readFileSync(scriptFile(name), 'utf8');
      const scanned = scanScript(source);
      assert.ok(scanned.phases.length === 0 || mayDefineTests(source));
      assert.ok(scanned.entry === null || mayHaveMarks(source));
      assert.ok(scanned.isRunnable);
    });
  }
});

describe('the scan of a file of pytest', () => {
  const source = `import pytest

PROCEDURE_ID = "FVT1"

def helper(measure):
    measure("helped", 1)

def test_supply(measure):
    assert measure("supply", 3.3, lower=3.2)
    measure(name="ripple", value=1)

@pytest.mark.parametrize("led", ["red", "green"])
def test_led(measure, led):
    measure(f"{led}_current", 0.01)

class TestRadio:
    def test_power(self, measure):
        measure("power", 3)
        self.measure("no", 1)
        measure(names[0], 1)
`;

  it('finds what the tests measure, by the names that phases have in runs', () => {
    const { measurements, phases } = scanScript(source, 'test_board.py');
    assert.deepEqual(
      measurements.map(({ phase, name, literal }) => [phase, name, source.slice(literal.from, literal.to)]),
      [
        [null, ['helped'], '"helped"'],
        [['test_supply'], ['supply'], '"supply"'],
        [['test_supply'], ['ripple'], '"ripple"'],
        [['test_led[', ']'], ['', '_current'], 'f"{led}_current"'],
        [['TestRadio::test_power'], ['power'], '"power"'],
      ],
    );
    assert.deepEqual(
      phases.map(({ name, measurements: lines }) => [name, lines]),
      [
        ['test_supply', { supply: 9, ripple: 10 }],
        ['test_led', {}],
        ['TestRadio::test_power', { power: 18 }],
      ],
    );
  });

  it('finds the procedure in PROCEDURE_ID, as in a script with phase functions', () => {
    for (const [text, name] of [
      [source, 'test_board.py'],
      ['PROCEDURE_ID = "FVT1"\ndef phase_a():\n    pass\n', 'board.py'],
    ] as const) {
      const { procedures: mentions, procedureArguments } = scanScript(text, name);
      assert.deepEqual(
        mentions.map(({ id, literal }) => [id, text.slice(literal.from, literal.to)]),
        [['FVT1', '"FVT1"']],
      );
      assert.deepEqual(procedureArguments, [named('FVT1')]);
    }
  });

  it('leaves PROCEDURE_ID to Python if it is computed, and ignores it where another framework takes no notice of it', () => {
    const plain = 'def phase_a():\n    pass\n';
    assert.deepEqual(procedures(`PROCEDURE_ID = os.environ["P"]\n${plain}`), [computed]);
    assert.deepEqual(procedures(`PROCEDURE_ID = "A"\nPROCEDURE_ID = "B"\n${plain}`), [computed]);
    assert.deepEqual(procedures(`PROCEDURE_ID, PART_NUMBER = "FVT1", "P1"\n${plain}`), [computed]);
    assert.deepEqual(procedures(`PROCEDURE_ID: str = "FVT1"\n${plain}`), [named('FVT1')]);
    assert.deepEqual(procedures(plain), []);
    assert.deepEqual(procedures('import openhtf as htf\nPROCEDURE_ID = "A"\nhtf.Test(p)\n'), [unnamed]);
    assert.deepEqual(procedures('PROCEDURE_ID = "A"\nprint(1)\n'), []);
  });
});
