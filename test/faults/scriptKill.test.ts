import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { before, describe, it } from 'mocha';
import { StationApi } from '../../src/extension/client/stationApi.ts';
import { RunnerProcess } from '../../src/extension/run/process/runnerProcess.ts';
import { UploadFolder } from '../../src/extension/run/uploads/uploadFolder.ts';
import { uploadPending } from '../../src/extension/run/uploads/uploadPending.ts';
import type { RunnerEvent } from '../../src/shared/contract/runner.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { applyRunnerEvent, initialProgress, type RunProgress, verdictOf } from '../../src/shared/live/runProgress.ts';
import { type TestStation, useServerProcess } from '../server/bench.ts';
import { findingsIn } from '../server/findingsIn.ts';
import { randomNumbers } from '../server/random.ts';
import { temporaryFolder } from '../server/support.ts';
import { runPlan } from './runPlan.ts';

/** `SCRIPT_ROUNDS=100` for more than the usual, `SCRIPT_SEED` for the moments of an earlier time. */
const rounds = Number(process.env['SCRIPT_ROUNDS'] ?? 8);
const seed = Number(process.env['SCRIPT_SEED'] ?? Date.now() % 1_000_000);

const openhtf = (name: string) => `
import openhtf as htf
def measure(test):
    test.attach("trace.txt", b"0 1 2 3", mimetype="text/plain")
def make():
    return htf.Test(measure, procedure_id="FVT1", part_number="P")
number = 0
while True:
    number += 1
    serial = f"${name}-{number}"
`;

/** Scripts that test unit after unit until they are killed, each with its own way to the server. */
const scripts = {
  openhtf: (name: string) => `${openhtf(name)}
    from tofupilot.openhtf import upload
    test = make()
    test.add_output_callbacks(upload())
    test.execute(lambda: serial)
`,
  'openhtf without a client': (name: string) => `${openhtf(name)}
    make().execute(lambda: serial)
`,
  v1: (name: string) => `
from tofupilot import TofuPilotClient
client = TofuPilotClient()
number = 0
while True:
    number += 1
    client.create_run(procedure_id="FVT1", run_passed=True,
        unit_under_test={"serial_number": f"${name}-{number}", "part_number": "P"})
`,
  v2: (name: string, procedure: string) => `
from datetime import datetime, timezone
from tofupilot.v2 import TofuPilot
client = TofuPilot()
number = 0
while True:
    number += 1
    now = datetime.now(timezone.utc)
    client.runs.create(outcome="PASS", procedure_id="${procedure}", serial_number=f"${name}-{number}", part_number="P",
        started_at=now, ended_at=now)
`,
};

describe(`scripts that are killed (SCRIPT_SEED=${seed} SCRIPT_ROUNDS=${rounds})`, function () {
  this.timeout(60_000 + rounds * 30_000);
  const bench = useServerProcess();
  const folder = temporaryFolder();
  const box = new UploadFolder(join(folder, 'outbox'));
  const random = randomNumbers(seed);
  let procedure: string;
  let station: TestStation;

  before(async () => {
    await box.ensure();
    procedure = await bench.procedure('Functional test', 'FVT1');
    station = await bench.station('Bench 1', procedure);
  });

  /** Runs a script as the editor does, and kills it. @returns what it reported */
  async function runAndKill(text: string): Promise<RunnerEvent[]> {
    const script = join(folder, 'main.py');
    writeFileSync(script, text);
    const events: RunnerEvent[] = [];
    let printed = '';
    const last = 1 + Math.floor(random() * 40);
    let reached = (): void => {};
    const moment = new Promise<void>((done) => (reached = done));
    const runner = await RunnerProcess.start(runPlan({ script, folder, url: bench.server.url, station, box }), {
      event: (event) => {
        events.push(event);
        if (events.length === last) reached();
        if (event.event !== 'procedure_request') return;
        const { request_id, procedure_id } = event;
        runner.send({ command: 'procedure_response', request_id, procedure_id });
      },
      output: (text) => {
        printed = (printed + text).slice(-2000);
      },
      protocolError: (message) => assert.fail(message),
      childDied: () => assert.fail('there is no child'),
    });
    const end = await Promise.race([moment, runner.ended.then(() => 'ended')]);
    assert.notEqual(end, 'ended', `The script ended by itself: ${printed} ${JSON.stringify(events)}`);
    await delay(random() * 40);
    runner.kill();
    await runner.ended;
    return events;
  }

  /** What two windows do that notice it at the same time. */
  async function pushTheRest(): Promise<void> {
    const window = async (): Promise<void> => {
      for (const result of await box.list()) {
        assert.equal(result.isBusy, false, JSON.stringify(result));
        const target = { api: new StationApi(bench.server.url, station.key), supportsMarks: true };
        const pushed = await box.withLock(result, (now) => uploadPending(box, now, () => Promise.resolve(target)));
        assert.ok(pushed === undefined || 'runId' in pushed, JSON.stringify(pushed));
      }
    };
    while ((await box.list()).length > 0) await Promise.all([window(), window()]);
  }

  it('lose nothing that was acknowledged or kept, and nothing is there twice', async () => {
    const figures = { acknowledged: 0, handedOver: 0, kept: 0, unfinished: 0, runs: 0 };
    for (let round = 0; round < rounds; round += 1) {
      const ways = Object.entries(scripts);
      const [way, make] = ways[round % ways.length] ?? assert.fail();
      const name = `R${round}`;
      const events = await runAndKill(make(name, procedure));
      const what = `${way}: ${JSON.stringify(events.slice(-20))}`;
      const kept = (await box.list()).map(({ serial_number }) => serial_number ?? assert.fail(what));
      await pushTheRest();

      const { data: found } = await bench.user.call(runs.list, { query: { search_query: `${name}-`, limit: '100' } });
      const serials = found.map(({ unit }) => unit.serial_number);
      assert.equal(new Set(serials).size, serials.length, `${serials.join(' ')} ${what}`);
      for (const serial of kept) assert.ok(serials.includes(serial), `${serial} was kept. ${what}`);
      const live = events.reduce<RunProgress>(applyRunnerEvent, initialProgress);
      for (const event of events) {
        if (event.event === 'run_uploaded') assert.ok(found.some(({ id }) => id === event.run_id), what); // prettier-ignore
        if (event.event !== 'run_upload_queued') continue;
        const of = live.executions.find(({ id }) => id === event.execution_id);
        assert.ok(serials.includes(of?.serialNumber ?? ''), what);
      }
      // A test that did not come to its end is none that passed, here or there.
      assert.equal(live.ended, false);
      const finished = live.executions.filter((each) => verdictOf(each) !== null);
      for (const serial of serials) {
        const told = finished.some(({ serialNumber }) => serialNumber === serial);
        assert.ok(told || kept.includes(serial), `${serial} was never told. ${what}`);
      }
      for (const { id } of found) {
        const run = await bench.user.call(runs.get, { params: { id } });
        const names = run.attachments.map((each) => (each.is_report ? 'report' : each.name)).sort();
        assert.deepEqual(names, way.startsWith('openhtf') ? ['report', 'trace.txt'] : [], `${run.unit.serial_number} ${what}`); // prettier-ignore
      }
      figures.acknowledged += events.filter(({ event }) => event === 'run_uploaded').length;
      figures.handedOver += events.filter(({ event }) => event === 'run_upload_queued').length;
      figures.kept += kept.length;
      figures.unfinished += live.executions.length - finished.length;
      figures.runs += found.length;
    }
    assert.deepEqual(await box.list(), []);
    assert.deepEqual(await findingsIn(bench.folder), []);
    console.log(
      `      ${rounds} kills: ${JSON.stringify(figures)}, none lost; left: ${readdirSync(box.path).join(' ')}`,
    );
    assert.ok(figures.acknowledged > 0 && figures.kept > 0, JSON.stringify(figures));
  });
});
