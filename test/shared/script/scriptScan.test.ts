import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { lacksPartNumber, scanScript } from '../../../src/shared/script/scriptScan.ts';

const named = (id: string): unknown => ({ kind: 'named', id });
const unnamed = { kind: 'unnamed' };
const computed = { kind: 'computed' };

describe('the procedures that a script names', () => {
  it('stand in the calls that make runs', () => {
    assert.deepEqual(scanScript('test = htf.Test(phase, procedure_id="FVT1", part_number="PCBA01")\n'), [
      named('FVT1'),
    ]);
    assert.deepEqual(scanScript('client.create_run(procedure_id="FVT1")\n'), [named('FVT1')]);
    assert.deepEqual(scanScript('client.runs.create(procedure_id="FVT1")\n'), [named('FVT1')]);
    assert.deepEqual(scanScript('from openhtf import Test\nTest(a, procedure_id="FVT1")\n'), [named('FVT1')]);
  });

  it('do not stand in other calls', () => {
    assert.deepEqual(scanScript('link(procedure_id="FVT1")\nclient.stations.create(procedure_id="FVT1")\n'), []);
  });

  it('may stand in a constant of the module', () => {
    assert.deepEqual(scanScript("PROCEDURE = 'FVT1'\nclient.create_run(procedure_id=PROCEDURE)\n"), [named('FVT1')]);
  });

  it('may be left out', () => {
    assert.deepEqual(scanScript('htf.Test(phase, part_number="A")\n'), [unnamed]);
    assert.deepEqual(scanScript('htf.Test(phase, timeout=2**3)\n'), [unnamed]);
  });

  it('are left to Python where only running tells', () => {
    assert.deepEqual(scanScript('htf.Test(procedure_id=f"FVT{n}")\n'), [computed]);
    assert.deepEqual(scanScript('htf.Test(procedure_id=os.environ["P"])\n'), [computed]);
    assert.deepEqual(scanScript('htf.Test(phase, **config)\n'), [computed]);
    assert.deepEqual(scanScript('P = "A"\nP = "B"\nhtf.Test(procedure_id=P)\n'), [computed]);
    assert.deepEqual(scanScript('htf.Test(procedure_id="A\\n")\n'), [computed]);
  });

  it('are not read from comments and strings', () => {
    assert.deepEqual(scanScript('# htf.Test(procedure_id="FVT1")\ns = "htf.Test(procedure_id=1)"\n'), []);
  });

  it('are read on behind a syntax error', () => {
    assert.deepEqual(scanScript('def broken(:\n  pass\nhtf.Test(procedure_id="FVT1")\n'), [named('FVT1')]);
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
      assert.equal(lacksPartNumber(source), lacks);
    });
  }
});
