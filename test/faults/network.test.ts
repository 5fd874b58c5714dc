import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { randomNumbers } from '../server/random.ts';
import { temporaryFolder } from '../server/support.ts';
import { useTofuPilot } from '../support/tofupilot.ts';
import { PushBench } from './pushBench.ts';

/** `NETWORK_ROUNDS=100` for more than the usual, `NETWORK_SEED` for the cuts of an earlier time. */
const rounds = Number(process.env['NETWORK_ROUNDS'] ?? 3);
const seed = Number(process.env['NETWORK_SEED'] ?? Date.now() % 1_000_000);

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
      const supportsMarks = kind === 'the station server';
      let bench: PushBench;

      before(async () => {
        cloud.supportsMarks = supportsMarks;
        bench = await PushBench.start({
          name: kind.slice(0, 20),
          folder: mkdtempSync(join(folder, 'bench-')),
          url: cloud.url,
          behind: { url: cloud.behind, userKey: cloud.userKey },
          random: randomNumbers(seed + Number(supportsMarks)),
          supportsMarks,
        });
      });
      after(() => bench.stop());

      it('have each run there once in the end', async () => {
        bench.proxy.rate = 0.5;
        const figures = { runs: 0, kept: 0, tries: 0 };
        for (let round = 0; round < rounds; round += 1) {
          for (const [way, make] of Object.entries(scripts)) {
            const serial = `${way}-${supportsMarks ? 'own' : 'cloud'}-${round}`;
            const told = await bench.run(serial, make(serial, bench.procedure));
            figures.kept += (await bench.box.list()).length;
            figures.tries += await bench.pushTheRest();
            const found = await bench.runsOf(serial);
            figures.runs += 1;
            const names = found.flatMap(({ attachments }) => attachments.map(({ name }) => name));
            assert.equal(new Set(names).size, names.length, `attachments of ${serial}: ${names.join(', ')}`);
            assert.equal(found.length, 1, `${found.length} runs of ${serial}: ${told}`);
          }
        }
        console.log(`      ${JSON.stringify({ ...figures, connections: bench.proxy.made, cut: bench.proxy.cut })}`);
        assert.ok(bench.proxy.cut > 0);
      });
    });
  }
});
