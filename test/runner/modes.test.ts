import assert from 'node:assert/strict';
import { afterEach, beforeEach, it } from 'mocha';
import { runnerEnvironment } from '../../src/shared/contract/runner.ts';
import { scriptFile } from '../support/scripts.ts';
import { Host } from './support/host.ts';
import { Recorder } from './support/recorder.ts';
import { script, withNewestPython } from './support/script.ts';

/** What the extension gives to the script in a dry run. */
const dry = {
  [runnerEnvironment.mode]: 'dry',
  TOFUPILOT_URL: 'http://dry-run.invalid',
  TOFUPILOT_API_KEY: 'no key in a dry run',
};

withNewestPython('A dry run', (python) => {
  let server: Recorder;
  beforeEach(async () => (server = await Recorder.start()));
  afterEach(() => server.stop());

  for (const name of ['openhtf_fvt1.py', 'vanilla_fvt1.py', 'openhtf_rich.py']) {
    it(`a dry run of ${name} pushes nothing and asks for no procedure`, async () => {
      const host = await Host.run(python, scriptFile(name), { env: dry, procedure: 'none' });
      assert.equal(await host.ended, 0, host.diagnostics());
      assert.ok(host.one('run_complete').phases_run > 0);
      for (const silent of ['run_uploaded', 'run_upload_failed', 'procedure_request', 'run_crashed'] as const)
        assert.deepEqual(host.all(silent), [], host.diagnostics());
      assert.doesNotMatch(host.stdout.toString() + host.stderr, /NameResolution|Traceback/, host.diagnostics());
    });
  }

  it('a dry run sends no run, attachment or other request of the v2 client', async () => {
    const file = await script(v2Script(''));
    const host = await Host.run(python, file, { env: dry, procedure: 'none' });
    assert.equal(await host.ended, 0, host.diagnostics());
    assert.match(host.stdout.toString(), /went on with a run/);
    assert.deepEqual([...host.all('run_uploaded'), ...host.all('run_upload_failed')], []);
  });

  it('a dry run reaches no TofuPilot server to which the script gives an address and a key', async () => {
    const own = `api_key="a key of the script's own", url=${JSON.stringify(server.url)}`;
    const v1 = `
from tofupilot import TofuPilotClient
client = TofuPilotClient(${own})
result = client.create_run(procedure_id="FVT1", run_passed=True, attachments=[__file__],
    unit_under_test={"serial_number": "SN-1", "part_number": "P"})
print("went on with a run", result)
`;
    const v2 = v2Script(`api_key="a key of the script's own", server_url="${server.url}/api"`);
    for (const text of [v1, v2]) {
      const host = await Host.run(python, await script(text), { env: dry, procedure: 'none' });
      assert.match(host.stdout.toString(), /went on with a run/, host.diagnostics());
    }
    assert.deepEqual(server.requests, []);
  });

  it('a dry run sends requests to other servers', async () => {
    const file = await script(`
import httpx, requests
print(requests.post("${server.url}/api/v1/runs", json={}).json(), httpx.get("${server.url}/instrument").status_code)
`);
    const host = await Host.run(python, file, { env: dry });
    assert.equal(server.requests.length, 2, host.diagnostics());
  });

  it('a dry run reports a push that the client itself refuses', async () => {
    const env = { ...dry, TOFUPILOT_API_KEY: 'short' };
    const host = await Host.run(python, scriptFile('openhtf_fvt1.py'), { env });
    assert.equal(host.one('run_upload_failed').message, 'Invalid API key format.');
  });
});

withNewestPython('Under a debugger', (python) => {
  const debug = { [runnerEnvironment.mode]: 'debug' };

  it('phases and prompts outlive their timeouts under a debugger, and the record still has the timeouts', async () => {
    const file = await script(`
import threading, time
import openhtf as htf
from openhtf.plugs import user_input

@htf.PhaseOptions(timeout_s=0.1)
def slow(test):
    time.sleep(0.7)

@htf.measures("label")
@htf.plug(operator=user_input.UserInput)
def ask(test, operator):
    threading.Timer(0.5, lambda: print("later", flush=True)).start()
    test.measurements.label = operator.prompt("Scan", text_input=True, timeout_s=0.1)

test = htf.Test(slow, ask, procedure_id="FVT1")
test.add_output_callbacks(lambda record: print("timeouts", [phase.options.timeout_s for phase in record.phases][-2:]))
test.execute(lambda: "SN-1")
`);
    const host = await Host.start(python, file, { env: debug });
    await host.until('hello');
    host.send({ command: 'environment', variables: {} });
    const { request_id } = await host.until('ui_request');
    await host.untilPrinted('later');
    host.send({ command: 'ui_response', request_id, value: 'LBL' });
    await host.ended;
    assert.deepEqual(
      host.all('phase_complete').map(({ name, outcome }) => [name, outcome]),
      [
        ['slow', 'PASS'],
        ['ask', 'PASS'],
      ],
      host.diagnostics(),
    );
    assert.equal(host.one('run_complete').outcome, 'PASS');
    assert.match(host.stdout.toString(), /timeouts \[0\.1, None\]/);
  });

  it('a stop ends a phase under a debugger', async () => {
    const file = await script(`
import time
import openhtf as htf

def forever(test):
    print("in the phase", flush=True)
    while True:
        time.sleep(0.01)

htf.Test(forever, procedure_id="FVT1").execute(lambda: "SN-1")
`);
    const host = await Host.start(python, file, { env: debug });
    await host.until('hello');
    host.send({ command: 'environment', variables: {} });
    await host.untilPrinted('in the phase');
    host.send({ command: 'stop' });
    await host.ended;
    assert.equal(host.one('run_complete').outcome, 'ABORTED', host.diagnostics());
  });

  it('the key of a debugged script arrives over the channel before the script runs, and in no environment', async () => {
    const file = await script(
      'import os\nprint(os.environ["TOFUPILOT_API_KEY"], "TEST_STATIONS_MODE" in os.environ)\n',
    );
    const host = await Host.start(python, file, { env: debug });
    await host.until('hello');
    host.send({ command: 'environment', variables: { TOFUPILOT_API_KEY: 'the key' } });
    assert.equal(await host.ended, 0, host.diagnostics());
    assert.equal(host.stdout.toString().trim(), 'the key False');
  });
});

const v2Script = (client: string): string => `
from datetime import datetime, timezone
from tofupilot.v2 import TofuPilot

now = datetime.now(timezone.utc)
with TofuPilot(${client === '' ? 'api_key="any key at all"' : client}) as client:
    upload = client.attachments.initialize(name="photo.png")
    import httpx
    httpx.put(upload.upload_url, content=b"x").raise_for_status()
    client.units.create(serial_number="SN-1", part_number="P", revision_number="A")
    run = client.runs.create(procedure_id="FVT1", serial_number="SN-1", part_number="P", outcome="PASS",
        started_at=now, ended_at=now)
    print("went on with a run", run.id)
`;
