import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { randomNumbers } from '../server/random.ts';
import { temporaryFolder } from '../server/support.ts';
import { useTofuPilot } from '../support/tofupilot.ts';
import { PushBench } from './pushBench.ts';

/** `PUSH_ROUNDS=100` for more than the usual, `PUSH_SEED` for the scripts and cuts of an earlier time. */
const rounds = Number(process.env['PUSH_ROUNDS'] ?? 4);
const seed = Number(process.env['PUSH_SEED'] ?? Date.now() % 1_000_000);

/** A line of a script, and the outcomes of the unit's runs that it must leave on the server. */
interface Step {
  readonly line: string;
  readonly serial: string;
  readonly outcomes: readonly string[];
}

/** What every script begins with: the ways in which a script can test and push one unit. */
const preamble = (procedure: string): string => `
import threading, time
from datetime import datetime, timezone
import openhtf as htf
from tofupilot import TofuPilotClient
from tofupilot.openhtf import upload
from tofupilot.v2 import TofuPilot

client = TofuPilotClient()
client_v2 = TofuPilot()

def execute(serial, passed, push=False):
    def phase(test):
        return htf.PhaseResult.CONTINUE if passed else htf.PhaseResult.FAIL_AND_CONTINUE
    test = htf.Test(phase, procedure_id="FVT1", part_number="P")
    if push:
        test.add_output_callbacks(upload())
    test.execute(lambda: serial)

def push_v1(serial, passed):
    client.create_run(procedure_id="FVT1", run_passed=passed, unit_under_test={"serial_number": serial, "part_number": "P"})

def push_v2(serial, passed, tries=1):
    now = datetime.now(timezone.utc)
    for _ in range(tries):
        try:
            return client_v2.runs.create(outcome="PASS" if passed else "FAIL", procedure_id="${procedure}",
                serial_number=serial, part_number="P", started_at=now, ended_at=now)
        except Exception as error:
            print(type(error).__name__)

def together(*slots):
    threads = [threading.Thread(target=slot) for slot in slots]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
`;

const python = (passed: boolean): string => (passed ? 'True' : 'False');
const outcome = (passed: boolean): string => (passed ? 'PASS' : 'FAIL');

/** Each way with a unit of its own. The outcomes follow from the rule: a push takes over only a result that it is a push of. */
const ways: ((serial: string, passed: boolean) => Step[])[] = [
  (serial, passed) => [{ serial, line: `execute("${serial}", ${python(passed)})`, outcomes: [outcome(passed)] }],
  (serial, passed) => [
    { serial, line: `execute("${serial}", ${python(passed)}, push=True)`, outcomes: [outcome(passed)] },
  ],
  (serial, passed) => [
    {
      serial,
      line: `execute("${serial}", ${python(passed)}); push_v1("${serial}", ${python(passed)})`,
      outcomes: [outcome(passed)],
    },
  ],
  (serial, passed) => [
    {
      serial,
      line: `execute("${serial}", ${python(passed)}); push_v2("${serial}", ${python(passed)}, tries=3)`,
      outcomes: [outcome(passed)],
    },
  ],
  (serial, passed) => [
    {
      serial,
      line: `execute("${serial}", ${python(passed)}); push_v1("${serial}-B", True)`,
      outcomes: [outcome(passed)],
    },
    { serial: `${serial}-B`, line: '', outcomes: ['PASS'] },
  ],
  (serial) => [{ serial, line: `execute("${serial}", False); push_v1("${serial}", True)`, outcomes: ['FAIL', 'PASS'] }],
  (serial, passed) => [{ serial, line: `push_v1("${serial}", ${python(passed)})`, outcomes: [outcome(passed)] }],
  (serial, passed) => [
    {
      serial,
      line: `push_v1("${serial}", ${python(passed)}); push_v1("${serial}", ${python(passed)})`,
      outcomes: [outcome(passed), outcome(passed)],
    },
  ],
  (serial, passed) => [
    { serial, line: `push_v2("${serial}", ${python(passed)}, tries=3)`, outcomes: [outcome(passed)] },
  ],
];

describe(`scripts that test and push in all ways (PUSH_SEED=${seed} PUSH_ROUNDS=${rounds})`, function () {
  this.timeout(60_000 + rounds * 60_000);
  const cloud = useTofuPilot();
  const folder = temporaryFolder();
  const random = randomNumbers(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] ?? assert.fail();
  let bench: PushBench;

  before(async () => {
    cloud.supportsMarks = true;
    bench = await PushBench.start({
      name: 'Bench 1',
      folder: mkdtempSync(join(folder, 'bench-')),
      url: cloud.url,
      behind: { url: cloud.behind, userKey: cloud.userKey },
      random: randomNumbers(seed + 1),
      supportsMarks: true,
    });
  });
  after(() => bench.stop());

  it('have each result on the server once, with its own outcome, however bad the network was', async () => {
    const figures = { units: 0, kept: 0, tries: 0 };
    for (let round = 0; round < rounds; round += 1) {
      bench.proxy.rate = pick([0, 0.3, 0.6, 1]);
      const unit = (slot: number, place: number): Step[] => pick(ways)(`U${round}-${slot}-${place}`, random() < 0.5);
      const slots = [0, 1, 2].slice(0, pick([1, 2, 3])).map((slot) => [0, 1].flatMap((place) => unit(slot, place)));
      const bodies = slots.map((steps, slot) => {
        const lines = steps.filter(({ line }) => line !== '').map(({ line }) => `    ${line}`);
        return `def slot_${slot}():\n${lines.join('\n')}\n`;
      });
      const calls = slots.map((_, slot) => `slot_${slot}`);
      const end = random() < 0.5 ? `together(${calls.join(', ')})` : calls.map((call) => `${call}()`).join('\n');
      const script = `${preamble(bench.procedure)}\n${bodies.join('\n')}\n${end}\n`;
      const told = await bench.run(`round_${round}`, script);
      bench.proxy.rate = pick([0, 0.3]);
      figures.kept += (await bench.box.list()).length;
      figures.tries += await bench.pushTheRest();
      for (const { serial, outcomes } of slots.flat()) {
        const found = (await bench.runsOf(serial)).map((run) => run.outcome).sort();
        const expected = [...outcomes].sort();
        assert.deepEqual(found, expected, `${serial}: ${script.slice(preamble(bench.procedure).length)}\n${told}`);
        figures.units += 1;
      }
    }
    console.log(`      ${JSON.stringify({ ...figures, connections: bench.proxy.made, cut: bench.proxy.cut })}`);
  });
});
