import assert from 'node:assert/strict';
import { after, before, it } from 'mocha';
import { scriptFile } from '../support/scripts.ts';
import { Host } from './support/host.ts';
import { Recorder } from './support/recorder.ts';
import { withNewestPython } from './support/script.ts';

withNewestPython('The scripts of the Station page of TofuPilot', (python) => {
  let recorder: Recorder;
  before(async () => (recorder = await Recorder.start()));
  after(() => recorder.stop());

  it("the OpenHTF script of TofuPilot's Station page runs unchanged, and its push is reported", async () => {
    const file = scriptFile('openhtf_station_page.py');
    const host = await Host.run(python, file, { env: recorder.environment });
    assert.deepEqual(
      host.names(),
      [
        'hello',
        'procedure_request',
        'run_started',
        'phase_started',
        'phase_complete',
        'run_complete',
        'run_uploaded',
        'script_ended',
      ],
      host.diagnostics(),
    );
    assert.equal(host.one('hello').token, 'the token');
    assert.equal(host.one('procedure_request').procedure_id, 'FVT1');
    const started = host.one('run_started');
    assert.equal(started.kind, 'openhtf');
    assert.equal(started.procedure_id, 'FVT1');
    assert.equal(started.part_number, 'PCBA01');
    assert.deepEqual(started.phases, [{ key: '0', name: 'phase_one', docstring: null, place: { file, line: 11 } }]);
    const phase = host.one('phase_complete');
    assert.equal(phase.outcome, 'PASS');
    assert.equal(phase.key, '0');
    assert.equal(phase.attempt, 0);
    const complete = host.one('run_complete');
    assert.equal(complete.outcome, 'PASS');
    assert.equal(complete.serial_number, 'SN-0001');
    assert.equal(complete.phases_run, 1);
    const uploaded = host.one('run_uploaded');
    assert.equal(uploaded.execution_id, started.execution_id);
    assert.match(uploaded.run_id, /^run \d+$/);
    assert.equal(recorder.bodies('/api/v1/import').length, 1);
    assert.equal(host.one('script_ended').exit_code, 0);
  });

  it('the plain script of the Station page reports its NameError and pushes nothing', async () => {
    const before = recorder.requests.length;
    const file = scriptFile('vanilla_broken.py');
    const host = await Host.run(python, file, { env: recorder.environment });
    const { reason, failure } = host.one('run_crashed');
    assert.equal(reason, 'execution_error');
    assert.equal(failure.type, 'NameError');
    assert.equal(failure.message, "name 'phases' is not defined");
    assert.deepEqual(failure.place, { file, line: 23 });
    assert.equal(await host.ended, 1);
    assert.match(
      host.stderr,
      /^Traceback \(most recent call last\):\n {2}File ".*vanilla_broken\.py", line \d+, in <module>/m,
    );
    assert.match(host.stderr, /NameError: name 'phases' is not defined\n$/);
    assert.doesNotMatch(host.stderr + failure.traceback, /test_stations_runner|runpy/);
    assert.equal(recorder.requests.length, before);
  });

  it('the fixed plain script of the Station page runs and is pushed', async () => {
    const file = scriptFile('vanilla_fvt1.py');
    const host = await Host.run(python, file, { env: recorder.environment });
    assert.deepEqual(
      host.names(),
      ['hello', 'procedure_request', 'run_started', 'phase_complete', 'run_complete', 'run_uploaded', 'script_ended'],
      host.diagnostics(),
    );
    const started = host.one('run_started');
    assert.equal(started.kind, 'vanilla');
    assert.equal(started.name, 'vanilla_fvt1');
    assert.deepEqual(started.phases[0]?.place?.file, file);
    assert.equal(host.one('phase_complete').outcome, 'PASS');
    const complete = host.one('run_complete');
    assert.equal(complete.outcome, 'PASS');
    assert.equal(complete.serial_number, 'SN-0001');
    assert.equal(host.one('run_uploaded').execution_id, started.execution_id);
    assert.equal(recorder.bodies('/api/v1/runs').length, 1);
  });
});
