import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, it } from 'mocha';
import * as z from 'zod';
import { UploadFolder } from '../../src/extension/run/uploads/uploadFolder.ts';
import {
  type PendingUploadEntry,
  pendingUploadEntry,
  pendingUploadHandover,
  uploadAttempt,
} from '../../src/shared/contract/pendingUpload.ts';
import { runnerEnvironment } from '../../src/shared/contract/runner.ts';
import { scriptFile } from '../support/scripts.ts';
import { skip } from '../support/skip.ts';
import { Host } from './support/host.ts';
import { Recorder } from './support/recorder.ts';
import { script, withNewestPython } from './support/script.ts';

const place = { instance: 'local', server: 'this machine', station: { id: 'the station', name: 'Bench 1' } };

withNewestPython('Pending uploads', (python) => {
  let server: Recorder;
  let folder: string;
  beforeEach(async () => {
    server = await Recorder.start();
    folder = path.join(path.dirname(await script('')), 'outbox');
    mkdirSync(folder);
  });
  afterEach(() => server.stop());

  const environment = (): Record<string, string> => ({
    ...server.environment,
    [runnerEnvironment.outbox]: folder,
    [runnerEnvironment.place]: JSON.stringify(place),
  });
  const run = async (text: string): Promise<Host> => Host.run(python, await script(text), { env: environment() });
  const json = (id: string, file: string): unknown => JSON.parse(readFileSync(path.join(folder, id, file), 'utf8'));
  const entries = (): PendingUploadEntry[] =>
    readdirSync(folder).map((id) => pendingUploadEntry.parse(json(id, 'entry.json')));
  const folderOf = (id: string): string => id.replaceAll(/[^\w-]/g, '_');
  const handed = (id: string): unknown =>
    existsSync(path.join(folder, folderOf(id), 'handed.json'))
      ? pendingUploadHandover.parse(json(folderOf(id), 'handed.json'))
      : null;

  it('no pending upload remains after a push that the server has acknowledged', async () => {
    for (const file of ['openhtf_fvt1.py', 'vanilla_fvt1.py']) {
      const host = await Host.run(python, scriptFile(file), { env: environment() });
      assert.equal(host.all('run_uploaded').length, 1, host.diagnostics());
      assert.deepEqual(readdirSync(folder), []);
      assert.deepEqual(host.all('run_upload_queued'), []);
    }
    assert.ok(!('TEST_STATIONS_OUTBOX' in (await printed('import os; print(sorted(os.environ))'))));
  });

  it('the request that creates a run says whether an assistant started it and in which of several slots it was tested', async () => {
    for (const file of ['openhtf_fvt1.py', 'vanilla_fvt1.py']) {
      const created = /^\/api\/(v1\/import|v1\/runs|v2\/runs)$/;
      const marked = async (more: object): Promise<string[][]> => {
        const from = server.requests.length;
        const env = { ...environment(), [runnerEnvironment.place]: JSON.stringify({ ...place, ...more }) };
        const host = await Host.run(python, scriptFile(file), { env });
        assert.equal(host.all('run_uploaded').length, 1, host.diagnostics());
        const requests = server.requests.slice(from);
        for (const other of requests.filter(({ path: to }) => !created.test(to))) {
          assert.deepEqual([other.startedBy, other.slot], [undefined, undefined], other.path);
        }
        return requests
          .filter(({ path: to }) => created.test(to))
          .map((each) => [each.startedBy, each.slot].map(String));
      };
      assert.deepEqual(await marked({ started_by: 'assistant' }), [['assistant', 'undefined']]);
      assert.deepEqual(await marked({ slot: 3 }), [['undefined', '3']]);
      assert.deepEqual(await marked({}), [['undefined', 'undefined']]);
    }
  });

  const printed = async (text: string): Promise<Record<string, true>> => {
    const host = await run(text);
    const names = z.array(z.string()).parse(JSON.parse(host.stdout.toString().replaceAll("'", '"')));
    return Object.fromEntries(names.map((name) => [name, true]));
  };

  it('a result is on disk before the first request of its push', async () => {
    const host = await run(`
import os, requests, sys, openhtf as htf
from tofupilot.openhtf import upload
folder = ${JSON.stringify(folder)}
def attach(test):
    test.attach("photo.bin", b"bits", mimetype="image/x-bits")
test = htf.Test(attach, procedure_id="FVT1", part_number="P")
def look(record):
    print(os.listdir(folder), flush=True)
test.add_output_callbacks(look, upload())
test.execute(lambda: "SN-1")
`);
    const id = host.one('run_started').execution_id;
    assert.match(host.stdout.toString(), new RegExp(folderOf(id)), host.diagnostics());
    assert.deepEqual(readdirSync(folder), []);
  });

  it('the result of a test without a client is handed over with its attachments', async () => {
    const host = await run(`
import openhtf as htf
def attach(test):
    test.attach("photo.bin", b"bits", mimetype="image/x-bits")
test = htf.Test(attach, procedure_id="FVT1", part_number="P")
for number in (1, 2):
    test.execute(lambda: f"SN-{number}")
`);
    const pending = entries().sort((a, b) => (a.serial_number ?? '').localeCompare(b.serial_number ?? ''));
    assert.deepEqual(pending.map((each) => each.serial_number), ['SN-1', 'SN-2']); // prettier-ignore
    const first = pending[0] ?? assert.fail();
    assert.deepEqual([first.kind, first.place, first.outcome], ['openhtf', place, 'PASS']);
    assert.deepEqual(first.attachments, [{ name: 'photo.bin', mimetype: 'image/x-bits', file: 'file-0' }]);
    assert.equal(readFileSync(path.join(folder, folderOf(first.id), 'file-0'), 'utf8'), 'bits');
    assert.deepEqual(handed(first.id), { status: null, message: null });
    const report = z.looseObject({ dut_id: z.string(), metadata: z.looseObject({ procedure_id: z.string() }) });
    assert.equal(report.parse(json(folderOf(first.id), 'body.json')).metadata.procedure_id, 'FVT1');
    assert.deepEqual(
      new Set(host.all('run_upload_queued').map((event) => event.execution_id)),
      new Set(pending.map(({ id }) => id)),
    );
    // At once, not at the end of the script: a loop may never end.
    assert.ok(host.names().indexOf('run_upload_queued') < host.names().lastIndexOf('run_started'), host.diagnostics());
  });

  it('a result is saved although another program has its folder open for a moment', async () => {
    const host = await run(`
import os
import openhtf as htf
replace, refusals = os.replace, [3, 0, 2, 1]
def held(source, target):
    # As Windows does while a virus scanner reads.
    if refusals and refusals[0] > 0:
        refusals[0] -= 1
        raise PermissionError(13, "The process cannot access the file because it is being used by another process", source)
    if refusals:
        refusals.pop(0)
    replace(source, target)
os.replace = held
def phase(test): pass
htf.Test(phase, procedure_id="FVT1", part_number="P").execute(lambda: "SN-1")
print("refusals left", refusals)
`);
    assert.deepEqual(entries().map((each) => each.serial_number), ['SN-1'], host.diagnostics()); // prettier-ignore
    assert.match(host.stdout.toString(), /refusals left \[\]/);
    assert.ok(handed(entries()[0]?.id ?? ''));
  });

  it('a result that the server refused is handed over with the message of the server', async () => {
    for (const [file, step] of [
      ['openhtf_fvt1.py', '/api/v1/import'],
      ['vanilla_fvt1.py', '/api/v1/runs'],
    ] as const) {
      // prettier-ignore
      server.refusal = { path: step, status: 403, message: 'Bench 1 is not linked to FVT1.' };
      const host = await Host.run(python, scriptFile(file), { env: environment() });
      const { execution_id: id, status, message } = host.one('run_upload_queued');
      assert.deepEqual([status, message], [403, 'Bench 1 is not linked to FVT1.'], host.diagnostics());
      assert.deepEqual(handed(id), { status: 403, message: 'Bench 1 is not linked to FVT1.' });
    }
    assert.deepEqual(entries().map(({ kind }) => kind).sort(), ['openhtf', 'v1']); // prettier-ignore
  });

  it('a second try of the same push belongs to the same run', async () => {
    server.refusal = { path: '/api/v1/runs', status: 503, message: 'Later.' };
    const host = await Host.start(
      python,
      await script(`
import time, sys, os
from tofupilot import TofuPilotClient
client = TofuPilotClient()
def push():
    client.create_run(procedure_id="FVT1", run_passed=True, unit_under_test={"serial_number": "SN-1", "part_number": "P"},
        phases=[{"name": "power", "outcome": "PASS", "start_time_millis": 1000, "end_time_millis": 2000}])
push()
print("tried", flush=True)
while not os.path.exists(${JSON.stringify(`${folder}-go`)}): time.sleep(0.01)
push()
`),
      { env: environment() },
    );
    await host.untilPrinted('tried');
    server.refusal = undefined;
    mkdirSync(`${folder}-go`);
    await host.ended;
    assert.deepEqual(readdirSync(folder), []);
    assert.deepEqual(host.all('run_upload_queued'), []);
    const marks = server.requests.filter(({ path: each }) => each === '/api/v1/runs').map(({ mark }) => mark);
    assert.equal(marks.length, 2);
    assert.equal(new Set(marks).size, 1);
    assert.deepEqual(
      new Set(host.all('run_uploaded').map((event) => event.execution_id)),
      new Set(host.all('run_started').map((event) => event.execution_id)),
    );
  });

  it('retests without a time are separate runs', async () => {
    server.refusal = { path: '/api/v1/runs', status: 503, message: 'Later.' };
    const host = await run(`
from tofupilot import TofuPilotClient
client = TofuPilotClient()
for passed in (True, True, False, True):
    client.create_run(procedure_id="FVT1", run_passed=passed, unit_under_test={"serial_number": "GOLDEN", "part_number": "P"})
`);
    assert.deepEqual(entries().map(({ outcome }) => outcome).sort(), ['FAIL', 'PASS', 'PASS', 'PASS'], host.diagnostics()); // prettier-ignore
    assert.equal(new Set(host.all('run_upload_queued').map((event) => event.execution_id)).size, 4);
  });

  const openHtfTest = `
import os, requests, threading
import openhtf as htf
from tofupilot import TofuPilotClient
client = TofuPilotClient()
def result(test):
    return htf.PhaseResult.FAIL_AND_CONTINUE if test.test_record.dut_id == "SN-BAD" else htf.PhaseResult.CONTINUE
def execute(number):
    htf.Test(result, procedure_id="FVT1", part_number="P").execute(lambda: number)
def push(number, passed, procedure="FVT1"):
    client.create_run(procedure_id=procedure, run_passed=passed, unit_under_test={"serial_number": number, "part_number": "P"})
`;
  const pushed = (): [string, boolean][] =>
    server
      .bodies('/api/v1/runs')
      .map((body) => z.object({ unit_under_test: z.object({ serial_number: z.string() }), run_passed: z.boolean() }).parse(body))
      .map((body) => [body.unit_under_test.serial_number, body.run_passed]); // prettier-ignore
  const keptUnits = (): [string | null, string][] =>
    entries().map(({ serial_number, outcome }): [string | null, string] => [serial_number, outcome]).sort(); // prettier-ignore

  it('a push of another unit, of another procedure, or of a PASS in place of a FAIL acknowledges no result', async () => {
    const cases: [string, [string, boolean][], [string, string][]][] = [
      ['push("SN-BAD", False)', [['SN-BAD', false]], []],
      ['push("SN-OTHER", True)', [['SN-OTHER', true]], [['SN-BAD', 'FAIL']]],
      ['push("SN-BAD", True)', [['SN-BAD', true]], [['SN-BAD', 'FAIL']]],
      ['push("SN-BAD", False, "FVT2")', [['SN-BAD', false]], [['SN-BAD', 'FAIL']]],
    ];
    for (const [call, sent, stays] of cases) {
      const host = await run(`${openHtfTest}
execute("SN-BAD")
${call}
`);
      assert.deepEqual(pushed(), sent, `${call} ${host.diagnostics()}`);
      assert.deepEqual(keptUnits(), stays, `${call} ${host.diagnostics()}`);
      server.requests.length = 0;
      for (const name of readdirSync(folder)) rmSync(path.join(folder, name), { recursive: true });
    }
  });

  it('results of slots that run at the same time are saved separately', async () => {
    const host = await run(`${openHtfTest}
both = threading.Barrier(2)
def slot(number, passed):
    execute(number)
    both.wait()
    push(number, passed)
slots = [threading.Thread(target=slot, args=each) for each in (("SN-BAD", False), ("SN-GOOD", True))]
for each in slots: each.start()
for each in slots: each.join()
`);
    const started = host.all('run_started').map((event) => event.execution_id);
    assert.equal(started.length, 2, host.diagnostics());
    const unitOf = new Map(host.all('run_complete').map((event) => [event.execution_id, event.serial_number]));
    for (const { body, mark } of server.requests.filter(({ path: each }) => each === '/api/v1/runs')) {
      assert.match(body, new RegExp(unitOf.get(mark?.replaceAll('_', ':') ?? '') ?? 'none'));
    }
    assert.deepEqual(readdirSync(folder), []);
  });

  it('an answer of another host acknowledges no result', async () => {
    const mes = await Recorder.start();
    const host = await run(`
import requests, openhtf as htf
def phase(test): pass
test = htf.Test(phase, procedure_id="FVT1", part_number="P")
test.add_output_callbacks(lambda record: requests.post("${mes.url}/mes/api/v1/runs", json={
    "procedure_id": "FVT1", "run_passed": True, "unit_under_test": {"serial_number": record.dut_id}}))
test.execute(lambda: "SN-1")
from tofupilot import TofuPilotClient
TofuPilotClient(url="${mes.url}").create_run(procedure_id="FVT1", run_passed=True, unit_under_test={"serial_number": "SN-2", "part_number": "P"})
`);
    mes.stop();
    assert.equal(mes.requests.filter(({ path: each }) => each.endsWith('/api/v1/runs')).length, 2, host.diagnostics());
    assert.ok(mes.requests.every(({ mark }) => mark === undefined));
    assert.deepEqual(host.all('run_uploaded'), [], host.diagnostics());
    assert.deepEqual(keptUnits(), [
      ['SN-1', 'PASS'],
      ['SN-2', 'PASS'],
    ]);
    assert.match(host.one('run_upload_failed').message, /not to the station's server/);
  });

  it('a pending upload belongs to its script while that runs, whatever the time of the machine is set to', async function () {
    if (process.platform !== 'linux') skip(this, 'only Linux tells one process from another of its number');
    const text = `
import threading, openhtf as htf
from tofupilot.openhtf import upload
def phase(test): pass
def wait(record):
    print("waits", flush=True)
    threading.Event().wait()  # until it is killed
test = htf.Test(phase, procedure_id="FVT1", part_number="P")
test.add_output_callbacks(wait, upload())
test.execute(lambda: "SN-1")
`;
    const host = await Host.start(python, await script(text), { env: environment() });
    const box = new UploadFolder(folder);
    const now = Date.now.bind(Date);
    /** Whether it is busy by the clock as it is, and set far back and ahead; and one result is not taken by two windows. */
    const isBusy = async (): Promise<boolean[]> => {
      const seen: boolean[] = [];
      for (const years of [0, -20, 20]) {
        Date.now = () => now() + years * 365 * 24 * 3_600_000;
        try {
          const result = (await box.list())[0] ?? assert.fail(host.diagnostics());
          seen.push(result.isBusy);
          await box.withLock(result, async () => {
            Date.now = () => now() + 30 * 365 * 24 * 3_600_000;
            assert.equal(await box.withLock(result, () => Promise.resolve('taken')), undefined, 'taken by two');
          });
        } finally {
          Date.now = now;
        }
      }
      return seen;
    };
    await host.untilPrinted('waits');
    const { pid } = entries()[0] ?? assert.fail(host.diagnostics());
    try {
      assert.deepEqual(await isBusy(), [true, true, true]);
    } finally {
      process.kill(pid, 'SIGKILL');
      await host.ended;
    }
    assert.deepEqual(await isBusy(), [false, false, false]);
    // Its number may be another process's by now.
    const file = path.join(folder, readdirSync(folder)[0] ?? '', 'entry.json');
    const entry = pendingUploadEntry.parse(JSON.parse(readFileSync(file, 'utf8')));
    writeFileSync(file, JSON.stringify({ ...entry, pid: process.pid }));
    assert.deepEqual(await isBusy(), [false, false, false]);
  });

  it('the result that a killed script was about to push is saved', async () => {
    server.refusal = { path: '/api/v1/import', status: 503, message: 'Later.' };
    const text = `
import os, openhtf as htf
from tofupilot.openhtf import upload
def phase(test): pass
test = htf.Test(phase, procedure_id="FVT1", part_number="P")
test.add_output_callbacks(lambda record: os.kill(os.getpid(), 9), upload())
test.execute(lambda: "SN-1")
`;
    const host = await run(text);
    assert.equal(await host.ended, 'SIGKILL');
    const entry = entries()[0] ?? assert.fail();
    assert.equal(entry.serial_number, 'SN-1');
    assert.equal(handed(entry.id), null);
  });

  it('attachments that a killed script had not uploaded yet are saved', async () => {
    const dying = `
import os, requests
original = requests.Session.request
started = []
def request(self, method, url, **more):
    if url.endswith("/uploads/initialize"):
        started.append(url)
        if len(started) == DIES_AT:
            os.kill(os.getpid(), 9)
    return original(self, method, url, **more)
requests.Session.request = request
`;
    const openhtf = `${dying.replace('DIES_AT', '2')}
import openhtf as htf
from tofupilot.openhtf import upload
def phase(test):
    test.attach("trace.txt", b"0 1", mimetype="text/plain")
test = htf.Test(phase, procedure_id="FVT1", part_number="P")
test.add_output_callbacks(upload())
test.execute(lambda: "SN-1")
`;
    const plain = `${dying.replace('DIES_AT', '1')}
from tofupilot import TofuPilotClient
TofuPilotClient().create_run(procedure_id="FVT1", run_passed=True, attachments=[__file__],
    unit_under_test={"serial_number": "SN-2", "part_number": "P"})
`;
    for (const text of [openhtf, plain]) {
      const host = await run(text);
      assert.equal(await host.ended, 'SIGKILL', host.diagnostics());
      const { run_id, execution_id } = host.one('run_uploaded');
      const { attachments } = entries().find(({ id }) => id === execution_id) ?? assert.fail(host.diagnostics());
      assert.equal(attachments.length, 1);
      const tried = uploadAttempt.parse(json(folderOf(String(execution_id)), 'tried.json'));
      assert.deepEqual([tried.run_id, tried.status, handed(String(execution_id))], [run_id, null, null]);
    }
  });
});
