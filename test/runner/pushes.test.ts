import assert from 'node:assert/strict';
import { afterEach, beforeEach, it } from 'mocha';
import * as z from 'zod';
import { scriptFile } from '../support/scripts.ts';
import { Host, type Options } from './support/host.ts';
import { Recorder } from './support/recorder.ts';
import { script, withNewestPython } from './support/script.ts';

const openhtf = scriptFile('openhtf_fvt1.py');
const vanilla = scriptFile('vanilla_fvt1.py');

withNewestPython('Pushes', (python) => {
  let server: Recorder;
  beforeEach(async () => (server = await Recorder.start()));
  afterEach(() => server.stop());

  const runBoth = (options: Options): Promise<Host[]> =>
    Promise.all([openhtf, vanilla].map((file) => Host.run(python, file, options)));

  const failures = (host: Host): unknown[] =>
    host.all('run_upload_failed').map(({ execution_id, status, message }) => {
      assert.equal(execution_id, host.one('run_started').execution_id);
      return [status, message];
    });

  it('a run is pushed under another procedure without a change that the script can see', async () => {
    for (const host of await runBoth({ env: server.environment, procedure: () => 'FVT9' })) {
      assert.equal(host.one('procedure_request').procedure_id, 'FVT1');
      assert.equal(host.one('run_started').procedure_id, 'FVT9');
      assert.equal(host.all('run_uploaded').length, 1);
    }
    const [record] = server.bodies('/stored') as { metadata: { procedure_id: string } }[];
    assert.equal(record?.metadata.procedure_id, 'FVT9');
    const [run] = server.bodies('/api/v1/runs') as { procedure_id: string }[];
    assert.equal(run?.procedure_id, 'FVT9');
  });

  it('no run is pushed when the user cancels', async () => {
    for (const host of await runBoth({ env: server.environment, procedure: () => null })) {
      assert.deepEqual(host.names(), ['hello', 'procedure_request', 'script_ended']);
      assert.equal(await host.ended, 0);
      assert.doesNotMatch(host.stderr, /Traceback/);
    }
    assert.ok(server.requests.every((request) => request.path === '/api/v1/streaming'));
  });

  it('a refusal at any step of a push is reported once, with the message of the server', async () => {
    const cases = [
      [openhtf, '/api/v1/import'],
      [openhtf, '/api/v1/uploads/initialize'],
      [vanilla, '/api/v1/runs'],
    ] as const;
    await Promise.all(
      cases.map(async ([file, step]) => {
        const refusing = await Recorder.start();
        refusing.refusal = { path: step, status: 403, message: 'Bench 1 is not linked to FVT1.' };
        const host = await Host.run(python, file, { env: refusing.environment });
        refusing.stop();
        assert.deepEqual(failures(host), [[403, 'Bench 1 is not linked to FVT1.']], `${step} ${host.diagnostics()}`);
        assert.deepEqual(host.all('run_uploaded'), []);
        assert.equal(host.one('run_complete').outcome, 'PASS');
        assert.equal(await host.ended, 0);
      }),
    );
  });

  it('a push without a server is reported as one failure', async () => {
    const env = { ...server.environment };
    server.stop();
    for (const file of [openhtf, vanilla]) {
      // The client of 2.2.4 asks an unreachable server for its stream for ever, which costs seconds.
      const text = `import runpy\n${quiet}runpy.run_path(${JSON.stringify(file)}, run_name="__main__")\n`;
      const host = await Host.run(python, await script(text), { env });
      const [[status, message] = [], ...more] = failures(host) as [number | null, string][];
      assert.equal(status, null, host.diagnostics());
      assert.match(message ?? '', /Connection refused|refused/);
      assert.deepEqual(more, []);
      assert.equal(await host.ended, 0);
    }
  });

  it('a push that the client itself refuses is reported', async () => {
    const env = { ...server.environment, TOFUPILOT_API_KEY: 'short' };
    const host = await Host.run(python, openhtf, { env });
    assert.deepEqual(failures(host), [[null, 'Invalid API key format.']], host.diagnostics());
  });

  it('a pushed run whose attachments are refused is reported', async () => {
    const file = await script(`
import openhtf as htf
from tofupilot.openhtf import upload

def attach(test):
    test.attach("photo.bin", b"x")

test = htf.Test(attach, procedure_id="FVT1", part_number="P")
test.add_output_callbacks(upload())
test.execute(lambda: "SN-1")
`);
    server.shouldRefuseAttachments = true;
    const host = await Host.run(python, file, { env: server.environment });
    assert.equal(server.bodies('/api/v1/uploads/initialize').length, 2);
    assert.equal(host.all('run_uploaded').length, 1, host.diagnostics());
    assert.deepEqual(failures(host), []);
  });

  it('a request that the script sends itself, and a run that it builds for a test, are recognized as pushes', async () => {
    const file = await script(`
import os, requests
import openhtf as htf
from tofupilot import TofuPilotClient

def phase(test): pass
test = htf.Test(phase, procedure_id="FVT1")
test.execute(lambda: "SN-1")
TofuPilotClient().create_run(procedure_id="FVT1", run_passed=True, unit_under_test={"serial_number": "SN-1", "part_number": "P"})
test.execute(lambda: "SN-2")
def post(resource, number):
    run = {"procedure_id": "FVT1", "run_passed": True, "unit_under_test": {"serial_number": number}}
    requests.post(os.environ["TOFUPILOT_URL"] + resource, json=run)
post("//api/v1/runs", "SN-3")
post("/other", "SN-2")
post("//api/v1/runs", "SN-2")
`);
    const host = await Host.run(python, file, { env: server.environment });
    const started = host.all('run_started');
    assert.deepEqual(started.map((run) => run.kind), ['openhtf', 'openhtf'], host.diagnostics()); // prettier-ignore
    // A request of the script's own that names another unit is a run of its own.
    assert.deepEqual(
      host.all('run_uploaded').map((run) => run.execution_id),
      [started[0]?.execution_id, null, started[1]?.execution_id],
    );
  });

  const asyncPush = (serial: string): string => `client.runs.create_async(
        outcome="PASS", procedure_id="7d1ba7bb-3a5b-4b2c-9e2e-5b1c6c7f3a11", serial_number="${serial}", part_number="P",
        started_at=start, ended_at=start)`;
  const asyncScript = (body: string): Promise<string> =>
    script(`
import asyncio
from datetime import datetime, timezone
from tofupilot.v2 import TofuPilot

start = datetime(2026, 1, 1, tzinfo=timezone.utc)
async def main():
    async with TofuPilot() as client:
${body}
asyncio.run(main())
`);

  it('asynchronous pushes of the v2 client are reported, also several at the same time', async () => {
    const file = await asyncScript(`
        await ${asyncPush('SN-0')}
        await asyncio.gather(${asyncPush('SN-1')}, ${asyncPush('SN-2')}, ${asyncPush('SN-3')})
`);
    const host = await Host.run(python, file, { env: server.environment });
    const complete = host.all('run_complete');
    assert.deepEqual(complete.map((run) => run.serial_number), ['SN-0', 'SN-1', 'SN-2', 'SN-3'], host.diagnostics()); // prettier-ignore
    const pushed = server.requests.filter((request) => request.path === '/api/v2/runs');
    const bodies = pushed.map(({ body }) => z.object({ serial_number: z.string() }).parse(JSON.parse(body)));
    const idOf = new Map(complete.map((run) => [run.serial_number, run.execution_id]));
    // Each under the mark of its own execution.
    assert.deepEqual(
      pushed.map(({ mark }) => mark),
      bodies.map((body) => idOf.get(body.serial_number)),
    );
    assert.deepEqual(
      host.all('run_uploaded').map((run) => run.execution_id).sort(),
      [...idOf.values()].sort(),
    ); // prettier-ignore
    assert.deepEqual(failures(host), []);
    assert.equal(await host.ended, 0);
  });

  it('an asynchronous push that is refused, finds no server or is cancelled is reported as a failure', async () => {
    const file = await asyncScript(`
        await ${asyncPush('SN-1')}
`);
    server.refusal = { path: '/api/v2/runs', status: 403, message: 'Not linked.' };
    const refused = await Host.run(python, file, { env: server.environment });
    assert.deepEqual(failures(refused), [[403, 'Not linked.']], refused.diagnostics());
    assert.equal(refused.one('run_crashed').failure.type, 'ErrorFORBIDDEN');
    const waiting = await Host.run(
      python,
      await asyncScript(`
        await asyncio.wait_for(${asyncPush('SN-1')}, 0)
`),
      { env: server.environment },
    );
    assert.deepEqual(waiting.all('run_uploaded'), [], waiting.diagnostics());
    const env = { ...server.environment };
    server.stop();
    const alone = await Host.run(python, file, { env });
    const [[status, message] = [], ...more] = failures(alone) as [number | null, string][];
    assert.equal(status, null, alone.diagnostics());
    assert.match(message ?? '', /connect/i);
    assert.deepEqual(more, []);
  });
});

/** Lets a refused connection cost no second, and a script run without its stream. */
const quiet = `
import tofupilot.openhtf, functools
tofupilot.openhtf.TofuPilot = functools.partial(tofupilot.openhtf.TofuPilot, stream=False)
`;
