import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { scanScript } from '../../src/domain/scriptScan.ts';

const values = (source: string): (string | null)[] =>
  scanScript(source).procedureArguments.map((argument) => argument.value);

describe('what a script says of itself', () => {
  it('names its procedure in a literal, with the place of it', () => {
    const source = 'test = htf.Test(phase, procedure_id="FVT1", part_number="PCBA01")\n';
    const [argument] = scanScript(source).procedureArguments;
    assert.equal(argument?.value, 'FVT1');
    assert.equal(source.slice(argument.from, argument.to), '"FVT1"');
  });

  it('names it by a constant of the module', () => {
    assert.deepEqual(values("PROCEDURE = 'FVT1'\nclient.create_run(procedure_id=PROCEDURE)\n"), ['FVT1']);
  });

  it('leaves to Python what only running tells', () => {
    assert.deepEqual(values('htf.Test(procedure_id=f"FVT{n}")\n'), [null]);
    assert.deepEqual(values('htf.Test(procedure_id=os.environ["P"])\n'), [null]);
    assert.deepEqual(values('P = "A"\nP = "B"\nhtf.Test(procedure_id=P)\n'), [null]);
    assert.deepEqual(values('htf.Test(procedure_id="A\\n")\n'), [null]);
  });

  it('is not fooled by comments and strings', () => {
    assert.deepEqual(values('# htf.Test(procedure_id="FVT1")\ns = "htf.Test(procedure_id=1)"\n'), []);
  });

  it('reads on behind a syntax error', () => {
    assert.deepEqual(values('def broken(:\n  pass\nhtf.Test(procedure_id="FVT1")\n'), ['FVT1']);
  });

  it('tells OpenHTF from a vanilla script', () => {
    assert.equal(scanScript('import openhtf as htf\n').usesOpenHtf, true);
    assert.equal(scanScript('from openhtf.plugs import user_input\n').usesOpenHtf, true);
    assert.equal(scanScript('from tofupilot.openhtf import upload\n').usesOpenHtf, true);
    assert.equal(scanScript('from tofupilot import TofuPilotClient\n# import openhtf\n').usesOpenHtf, false);
  });
});
