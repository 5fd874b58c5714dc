import assert from 'node:assert/strict';
import { join } from 'node:path';
import { mkdirSync, writeFileSync } from 'node:fs';
import { after, before, describe, it } from 'mocha';
import { StationApi } from '../../src/client/stationApi.ts';
import { local } from '../../src/contract/local.ts';
import { procedures } from '../../src/contract/procedures.ts';
import { type Run, runs } from '../../src/contract/runs.ts';
import { stations } from '../../src/contract/stations.ts';
import { OutboxFolder } from '../../src/run/outbox/outboxFolder.ts';
import { pushKept } from '../../src/run/outbox/pushKept.ts';
import { Retries } from '../../src/run/outbox/retries.ts';
import { RunnerProcess } from '../../src/run/process/runnerProcess.ts';
import { randomNumbers } from '../server/random.ts';
import { temporaryFolder } from '../server/support.ts';
import { CuttingProxy } from '../support/cuttingProxy.ts';
import { SetClock } from '../support/setClock.ts';
import { useTofuPilot } from '../support/tofupilot.ts';
import { runPlan } from './runPlan.ts';

/** `NETWORK_ROUNDS=100` for more than the usual, `NETWORK_SEED` for the cuts of an earlier time. */
const rounds = Number(process.env['NETWORK_ROUNDS'] ?? 3);
const seed = Number(process.env['NETWORK_SEED'] ?? Date.now() % 1_000_000);
const hour = 60 * 60_000;

/** Scripts that push a run of the unit by the official client, each in its way. */
const scripts = {
  openhtf: (serial: string) => `
import openhtf as htf
from tofupilot.openhtf import upload
def phase(test):
    test.attach("trace.txt", b"0 1 2 3", mimetype="text/plain")
    test.attach("photo.bin", b"bits", mimetype="image/x-bits")
test = htf.Test(phase, procedure_id="FVT1", part_number="P")
test.add_output_callbacks(upload())
test.execute(lambda: "${serial}")
`,
  v1: (serial: string) => `
from tofupilot import TofuPilotClient
TofuPilotClient().create_run(
    procedure_id="FVT1", run_passed=True, unit_under_test={"serial_number": "${serial}", "part_number": "P"})
`,
  v2: (serial: string, procedure: string) => `
from datetime import datetime, timezone
from tofupilot.v2 import TofuPilot
now = datetime.now(timezone.utc)
client = TofuPilot()
client.runs.create(outcome="PASS", procedure_id="${procedure}", serial_number="${serial}", part_number="P",
    started_at=now, ended_at=now)
`,
};

describe(`scripts on a bad network (NETWORK_SEED=${seed} NETWORK_ROUNDS=${rounds})`, function () {
  this.timeout(60_000 + rounds * 60_000);
  const cloud = useTofuPilot();
  const folder = temporaryFolder();

  for (const kind of ['the station server', 'TofuPilot (a stand-in)'] as const) {
    describe(`to ${kind}`, () => {
      const knowsMarks = kind === 'the station server';
      const box = new OutboxFolder(join(folder, knowsMarks ? 'own' : 'cloud'));
      const clock = new SetClock();
      let proxy: CuttingProxy;
      let station: { id: string; key: string };
      let procedure: string;
      const behind = (): StationApi => new StationApi(cloud.behind, cloud.userKey);

      before(async () => {
        cloud.knowsMarks = knowsMarks;
        proxy = await CuttingProxy.start(cloud.url, randomNumbers(seed + Number(knowsMarks)));
        await box.ensure();
        const found = (await behind().call(procedures.list)).data[0]?.id;
        const body = { name: 'Functional test', identifier: 'FVT1' };
        procedure = found ?? (await behind().call(procedures.create, { body })).id;
        const { id } = await behind().call(stations.create, {
          body: { name: kind.slice(0, 20), procedure_id: procedure },
        });
        station = { id, key: (await behind().call(local.generateKey, { params: { id } })).api_key };
      });
      after(() => proxy.stop());

      /** Runs a script as the editor does. @returns what it printed and reported */
      async function run(serial: string, text: string): Promise<string> {
        let told = '';
        const script = join(folder, `${serial}.py`);
        writeFileSync(script, text);
        const process_ = await RunnerProcess.start(runPlan({ script, folder, url: proxy.url, station, box }), {
          event: (event) => {
            told += `${JSON.stringify(event)}\n`;
            if (event.event !== 'procedure_request') return;
            const { request_id, procedure_id } = event;
            process_.send({ command: 'procedure_response', request_id, procedure_id });
          },
          output: (text) => (told += text),
          protocolError: (message) => assert.fail(message),
        });
        await process_.ended;
        return told;
      }

      /** What the window does in the hours that follow. */
      async function pushTheRest(): Promise<number> {
        let tries = 0;
        const retries = new Retries(
          {
            look: () => box.list(),
            push: (result) => {
              tries += 1;
              const api = new StationApi(proxy.url, station.key);
              return box.alone(result, (now) =>
                pushKept(
                  box,
                  now,
                  () => Promise.resolve({ api, knowsMarks }),
                  () => clock.now(),
                ),
              );
            },
            failed: (error) => assert.fail(String(error)),
          },
          clock,
        );
        retries.soon(0);
        for (let hours = 0; (await box.list()).length > 0; hours += 1) {
          assert.ok(hours < 100, JSON.stringify(await box.list()));
          await clock.pass(hour);
        }
        retries.dispose();
        return tries;
      }

      const runsOf = async (serial: string): Promise<Run[]> => {
        const { data } = await behind().call(runs.list, { query: { serial_numbers: [serial] } });
        return Promise.all(data.map(({ id }) => behind().call(runs.get, { params: { id } })));
      };

      it('have each run there once in the end', async () => {
        mkdirSync(box.path, { recursive: true });
        proxy.rate = 0.5;
        const figures = { runs: 0, kept: 0, tries: 0 };
        for (let round = 0; round < rounds; round += 1) {
          for (const [way, make] of Object.entries(scripts)) {
            const serial = `${way}-${knowsMarks ? 'own' : 'cloud'}-${round}`;
            const told = await run(serial, make(serial, procedure));
            figures.kept += (await box.list()).length;
            figures.tries += await pushTheRest();
            const found = await runsOf(serial);
            figures.runs += 1;
            const names = found.flatMap(({ attachments }) => attachments.map(({ name }) => name));
            assert.equal(new Set(names).size, names.length, `attachments of ${serial}: ${names.join(', ')}`);
            assert.equal(found.length, 1, `${found.length} runs of ${serial}: ${told}`);
          }
        }
        console.log(`      ${JSON.stringify({ ...figures, connections: proxy.made, cut: proxy.cut })}`);
        assert.ok(proxy.cut > 0);
      });
    });
  }
});
