import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { mayDefineTests } from '../../../src/shared/script/scriptHints.ts';
import type { ScriptOutline } from '../../../src/shared/script/scriptInfo.ts';
import { scanScript } from '../../../src/shared/script/scriptScan.ts';
import { scriptFile } from '../../support/scripts.ts';

const fixture = (name: string): ScriptOutline => scanScript(readFileSync(scriptFile(name), 'utf8'));
const names = ({ phases }: ScriptOutline): string[] => phases.map(({ name }) => name);
const htf = 'import openhtf as htf\n';
const phase = (name: string): string => `def ${name}(test):\n    pass\n`;

describe('the phases of a script', () => {
  it('are those of its tests, in their order, with their lines', () => {
    const { isRunnable, phases } = fixture('board.py');
    assert.equal(isRunnable, true);
    assert.deepEqual(phases, [
      { name: 'power_on', line: 14, endLine: 18, measurements: { supply: 11, firmware: 12 } },
      { name: 'leds', line: 21, endLine: 22, measurements: {} },
    ]);
    assert.deepEqual(names(fixture('openhtf_rich.py')), ['wait_for_meter', 'measure', 'sweep']);
  });

  it('are handed over in groups, sequences, lists and variables', () => {
    const source = `${htf}${['a', 'b', 'c', 'd', 'e', 'f', 'helper'].map(phase).join('')}
common = [c, d]
group = htf.PhaseGroup(setup=[a], main=(b.with_args(x=1),), teardown=[e])
test = htf.Test(group, *common, htf.PhaseSequence([htf.measures("x")(f)]), procedure_id=helper)
`;
    assert.deepEqual(names(scanScript(source)).sort(), ['a', 'b', 'c', 'd', 'e', 'f']);
  });

  it('may be marked by decorators of OpenHTF alone, under whatever name', () => {
    const source = `
from openhtf import PhaseOptions as options, plugs
from openhtf.core import (
    measurements as m,  # the long way
)
import functools
@options(name="Power on")
${phase('a')}
@plugs.plug(x=X)
${phase('b')}
@m.measures("volt")
${phase('c')}
@functools.cache
${phase('d')}
@options(name="Phase {which}")
${phase('e')}
`;
    const outline = scanScript(source);
    assert.deepEqual(names(outline), ['Power on', 'b', 'c', 'e']);
    assert.equal(outline.isRunnable, false, 'it makes no test');
    assert.deepEqual(Object.keys(outline.phases[2]?.measurements ?? {}), ['volt']);
  });

  for (const [imports, decorator] of [
    ['from openhtf import PhaseDiagnoser as PD', 'PD(Found)'],
    ['from openhtf import TestDiagnoser as whole', 'whole(Found, name="x")'],
    ['from openhtf import PhaseDiagnoser', 'PhaseDiagnoser(Found)'],
    ['from openhtf.core.diagnoses_lib import (\n    PhaseDiagnoser as D,  # short\n)', 'D(Found)'],
    ['from openhtf.core import diagnoses_lib as dl', 'dl.PhaseDiagnoser(Found)'],
    ['from openhtf import *', 'PhaseDiagnoser(Found)'],
    ['import openhtf as h', 'h.TestDiagnoser(\n    Found,\n)'],
    ['import openhtf.core.diagnoses_lib', 'openhtf.core.diagnoses_lib.PhaseDiagnoser(Found)'],
  ] as const) {
    it(`does not take a diagnoser for a phase: ${imports}`, () => {
      const source = `${imports}\nfrom openhtf import Test, measures\n@${decorator}\n${phase('found')}@measures("x")\n${phase('a')}Test(a)\n`;
      assert.deepEqual(names(scanScript(source)), ['a']);
    });
  }

  it('are found in a test and in groups that are imported under other names', () => {
    const source = `from openhtf import Test as T, PhaseGroup as Group\n${phase('a')}${phase('b')}T(a, Group(main=[b]))\n`;
    const outline = scanScript(source);
    assert.deepEqual([names(outline), outline.isRunnable], [['a', 'b'], true]);
  });

  it('may stand inside a function, but not in a class', () => {
    const source = `${htf}def main():\n    def inner(test):\n        pass\n    htf.Test(inner)\nclass A:\n    @htf.measures("x")\n    def method(self): pass\n`;
    assert.deepEqual(names(scanScript(source)), ['inner']);
  });

  it('are named phase_… in scripts without OpenHTF', () => {
    assert.deepEqual(names(fixture('vanilla_fvt1.py')), ['phase_one']);
    assert.deepEqual(scanScript(`${phase('phase_a')}${phase('b')}`).isRunnable, true);
    assert.deepEqual(names(scanScript(`${htf}${phase('phase_a')}`)), []);
    const measured = 'def phase_volt():\n    return [\n        {"name": "supply", "measured_value": 1}\n    ]\n';
    assert.deepEqual(scanScript(measured).phases[0]?.measurements, { supply: 3 });
  });

  it('are read on beside a syntax error', () => {
    const source = `${htf}def broken(:\n  pass\n\n@htf.measures("x")\n${phase('a')}htf.Test(a)\n`;
    assert.deepEqual(names(scanScript(source)), ['a']);
  });

  it('are looked for only in files that speak of tests', () => {
    assert.ok(mayDefineTests('from openhtf import Test'));
    assert.ok(mayDefineTests('def phase_one():'));
    assert.ok(!mayDefineTests('def phases(): pass  # my_openhtf_like'));
  });
});
