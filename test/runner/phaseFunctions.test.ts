import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, it } from 'mocha';
import * as z from 'zod';
import { newRunBody } from '../../src/shared/contract/newRuns.ts';
import { runnerEnvironment } from '../../src/shared/contract/runner.ts';
import { Host, type Options } from './support/host.ts';
import { script, withNewestPython } from './support/script.ts';

const procedure = 'b7a3f6de-5b7e-4b3b-9a51-3c2a4c1f0e11';

withNewestPython('Phases that are plain functions', (python) => {
  let folder: string;
  beforeEach(async () => {
    folder = path.join(path.dirname(await script('')), 'outbox');
    mkdirSync(folder);
  });
  const run = async (text: string, options: Options = {}): Promise<Host> =>
    Host.run(python, await script(text), {
      procedure: () => procedure,
      ...options,
      env: { [runnerEnvironment.outbox]: folder, [runnerEnvironment.place]: 'null', ...options.env },
    });
  /** What the editor is to push, in the order of the units' numbers. */
  const bodies = (): z.infer<typeof newRunBody>[] =>
    readdirSync(folder)
      .map((name) => newRunBody.parse(JSON.parse(readFileSync(path.join(folder, name, 'body.json'), 'utf8'))))
      .sort((a, b) => a.serial_number.localeCompare(b.serial_number));
  const outcomes = (host: Host): unknown[] =>
    host.all('phase_complete').map(({ name, outcome, attempt }) => [name, outcome, attempt]);

  it('phases that the script only defines are called in their order', async () => {
    const host = await run(`
SERIAL_NUMBER = "SN-7"
PART_NUMBER = "PCBA02"

def phase_power():
    "Powers the board."
    return {"measurements": [{"name": "rail", "outcome": "PASS", "measured_value": 3.3, "units": "V", "lower_limit": 3.2}]}

def phase_flash():
    return True

def helper():
    raise RuntimeError("not a phase")
`);
    assert.deepEqual(outcomes(host), [['phase_power', 'PASS', 0], ['phase_flash', 'PASS', 0]], host.diagnostics()); // prettier-ignore
    const start = host.one('run_started');
    assert.deepEqual(start.phases.map(({ name, docstring, place }) => [name, docstring, place?.line]), [['phase_power', 'Powers the board.', 5], ['phase_flash', null, 9]]); // prettier-ignore
    const [saved] = bodies();
    assert.deepEqual([saved?.outcome, saved?.serial_number, saved?.part_number, saved?.procedure_id], ['PASS', 'SN-7', 'PCBA02', procedure]); // prettier-ignore
    const [rail] = saved?.phases?.[0]?.measurements ?? [];
    assert.deepEqual([rail?.name, rail?.measured_value, rail?.validators?.[0]?.expression], ['rail', 3.3, '3.2 <= x']);
    assert.equal(host.one('run_upload_queued').execution_id, start.execution_id);
  });

  it('phases are reported as the script calls them, with units, repeated calls and declared retries', async () => {
    const host = await run(`
import sys
def phase_scan(number):
    global SERIAL_NUMBER

answers = []
def phase_measure():
    return answers.pop()

def phase_channel(channel):
    return channel != 1

for number, answers in (1, [False]), (2, [True, False]), (3, [True, "RETRY"]), (4, ["RETRY"]):
    SERIAL_NUMBER = f"SN-{number}"
    phase_scan(number)
    while answers:
        phase_measure()
    if number == 1:
        phase_channel(0)
        phase_channel(1)
`);
    assert.deepEqual(host.all('run_complete').map(({ serial_number, outcome }) => [serial_number, outcome]), [['SN-1', 'FAIL'], ['SN-2', 'FAIL'], ['SN-3', 'PASS'], ['SN-4', 'FAIL']], host.diagnostics()); // prettier-ignore
    assert.deepEqual(outcomes(host).slice(1, 7), [['phase_measure', 'FAIL', 0], ['phase_channel', 'PASS', 0], ['phase_channel(1)', 'FAIL', 0], ['phase_scan', 'PASS', 0], ['phase_measure', 'FAIL', 0], ['phase_measure', 'PASS', 1]]); // prettier-ignore
    const stored = bodies().map(({ phases }) => phases?.map(({ name, outcome, retry_count }) => [name, outcome, retry_count])); // prettier-ignore
    assert.deepEqual(stored[0]?.slice(2), [
      ['phase_channel(0)', 'PASS', 0],
      ['phase_channel(1)', 'FAIL', 0],
    ]);
    assert.deepEqual(stored[1]?.slice(1), [
      ['phase_measure', 'FAIL', 0],
      ['phase_measure', 'PASS', 0],
    ]);
    assert.deepEqual(stored[2]?.slice(1), [
      ['phase_measure', 'FAIL', 0],
      ['phase_measure', 'PASS', 1],
    ]);
  });

  it('a phase that raises ends the script as usual and is reported as an error', async () => {
    const host = await run(`
SERIAL_NUMBER = "SN-1"
def phase_power():
    raise ValueError("no power")
def phase_after():
    pass
`);
    assert.equal(await host.ended, 1);
    assert.match(host.stderr, /line 4, in phase_power\n.*raise ValueError\("no power"\)\nValueError: no power/s);
    assert.doesNotMatch(host.stderr, /test_stations_runner/);
    const { outcome, failure } = host.one('phase_complete');
    assert.deepEqual([outcome, failure?.message, failure?.place?.line], ['ERROR', 'no power', 4]);
    assert.equal(bodies()[0]?.outcome, 'ERROR');
  });

  it('a serial number that the script does not give is asked for', async () => {
    const text = 'def phase_only():\n    pass\n';
    const host = await run(text, { serialNumber: () => 'SN-SCANNED' });
    assert.equal(host.one('serial_number_request').serial_number, null);
    assert.equal(host.one('run_complete').serial_number, 'SN-SCANNED', host.diagnostics());
    const cancelled = await run(text, { serialNumber: () => null });
    assert.deepEqual(cancelled.all('phase_started'), []);
    assert.equal(await cancelled.ended, 0);
  });

  it('functions named like phases are not changed in scripts that import OpenHTF or a client', async () => {
    const host = await run('import tofupilot\ndef phase_one():\n    return 1\nprint(phase_one())\n');
    assert.deepEqual(host.all('run_started'), []);
    assert.match(host.stdout.toString(), /1/);
  });
});

withNewestPython('Serial numbers from the user', (python) => {
  const options: Options = {
    env: { [runnerEnvironment.serialNumber]: 'ask' },
    serialNumber: (own) => `${own ?? 'OpenHTF'}-SCANNED`,
  };

  it('serial numbers from the user replace those of an OpenHTF test and of a client', async () => {
    const openhtf = await Host.run(
      python,
      await script('import openhtf as htf\ndef phase(test): pass\nhtf.Test(phase).execute(lambda: "SN-1")\n'),
      options,
    );
    assert.equal(openhtf.one('run_complete').serial_number, 'OpenHTF-SCANNED', openhtf.diagnostics());
    const vanilla = await Host.run(
      python,
      await script(`
import os
os.environ["TOFUPILOT_API_KEY"] = "nobody's key"
os.environ["TOFUPILOT_URL"] = "http://127.0.0.1:9"
from tofupilot import TofuPilotClient
TofuPilotClient().create_run(procedure_id="FVT1", run_passed=True, unit_under_test={"serial_number": "SN-1", "part_number": "P"})
`),
      options,
    );
    assert.equal(vanilla.one('run_complete').serial_number, 'SN-1-SCANNED', vanilla.diagnostics());
    assert.ok(!vanilla.stdout.toString().includes('TEST_STATIONS'));
  });
});
