import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { pythons } from '../pythons.ts';
import { place, seen, useImport } from './useImport.ts';

describe('server.js import of OpenHTF reports', function () {
  this.timeout(120_000);
  const { folder, write, command, imported, runOf } = useImport();

  const script = `
import sys, openhtf as htf
from openhtf.output.callbacks import json_factory
from openhtf.util import units

@htf.measures(htf.Measurement('voltage').in_range(3.2, 3.4).with_units(units.VOLT), htf.Measurement('label').equals('A1'))
def power(test):
  test.measurements.voltage = 3.3125
  test.measurements.label = 'A1'
  test.attach('note', b'hello')

test = htf.Test(power, test_name='fvt', fixture='F7', station='x')
test.add_output_callbacks(json_factory.OutputToJSON(sys.argv[1], inline_attachments=False, indent=2))
sys.exit(0 if test.execute(test_start=lambda: 'HTF-1') else 1)
`;

  it('stores the output of the real OpenHTF once, with its times, values and limits, marked with its source', async () => {
    const [python = ''] = pythons();
    const report = join(folder, 'real.json');
    const done = spawnSync(python, [write('script.py', script), report], { encoding: 'utf8' });
    assert.equal(done.status, 0, done.stderr);
    const refused = await command(...place, report);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /real\.json:1: The run has no part number/);
    const stdout = await imported('--part-number', 'PCBA01', report);
    assert.match(stdout, /^Stored: 1\. Already stored: 0\. Bad: 0\.$/m);
    assert.match(stdout, /no place for these fields.*metadata\.fixture \(1\).*phases\.attachments \(1\)/);
    const run = await runOf('HTF-1');
    assert.equal(run.outcome, 'PASS');
    assert.equal(run.unit.part.number, 'PCBA01');
    assert.equal(run.created_by_station?.name, 'Bench 1');
    assert.deepEqual(run.metadata, { import_format: 'openhtf', import_source: 'real.json:1' });
    assert.deepEqual(seen(run), [
      { phase: 'power', name: 'voltage', outcome: 'PASS', units: 'V', value: 3.3125, lower: 3.2, upper: 3.4 },
      { phase: 'power', name: 'label', outcome: 'PASS', units: null, value: 'A1', lower: null, upper: null },
    ]);
    assert.match(await imported('--part-number', 'PCBA01', report), /^Stored: 0\. Already stored: 1\. Bad: 0\.$/m);
    await runOf('HTF-1');
  });

  it('reads a list of reports, and refuses those without a start time and files that are no JSON', async () => {
    const report = {
      start_time_millis: 1_767_323_045_000,
      outcome: 'PASS',
      phases: [{ name: 'a', outcome: 'PASS' }],
    };
    const list = write('list.json', [{ ...report, dut_id: 'LIST-1' }, { outcome: 'PASS', phases: [] }, 7]);
    const { code, stdout, stderr } = await command(...place, '--part-number', 'P', list, write('no.json', '{'));
    assert.equal(code, 1);
    assert.match(stdout, /^Stored: 1\. Already stored: 0\. Bad: 3\.$/m);
    assert.match(stderr, /list\.json#2: start_time_millis must be/);
    assert.match(stderr, /list\.json#3: /);
    assert.match(stderr, /no\.json: The file is not JSON/);
    assert.equal((await runOf('LIST-1')).started_at, '2026-01-02T03:04:05.000Z');
  });
});
