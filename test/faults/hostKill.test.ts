import assert from 'node:assert/strict';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { before, describe, it } from 'mocha';
import { processesWith } from '../../scripts/lib/leftovers.mjs';
import { Bench, createStation, useBench } from '../e2e/support/bench.ts';
import { extensionHosts, marker } from '../e2e/support/processes.ts';
import { until } from '../e2e/support/until.ts';
import { randomNumbers } from '../server/random.ts';
import { skip } from '../support/skip.ts';

/** `HOST_ROUNDS=30` for more than the usual, `HOST_SEED` for the moments of an earlier time. */
const rounds = Number(process.env['HOST_ROUNDS'] ?? 3);
const seed = Number(process.env['HOST_SEED'] ?? Date.now() % 1_000_000);

/** Says that it has started, tests four units, every second one with a client, and writes down each when its test is over. */
const fourUnits = `
import pathlib, time
import openhtf as htf
from tofupilot.openhtf import TofuPilot
def measure(test):
    time.sleep(0.2)
(pathlib.Path(__file__).parent / "started").touch()
begun = int(time.time() * 1000)
for number in range(4):
    serial = f"SN-{begun}-{number}"
    test = htf.Test(measure, procedure_id="FVT1", part_number="PCBA01")
    if number % 2:
        with TofuPilot(test):
            test.execute(lambda: serial)
    else:
        test.execute(lambda: serial)
    with (pathlib.Path(__file__).parent / "tested").open("a") as file:
        print(serial, file=file)
`;

describe(`a run whose extension host is killed (HOST_SEED=${seed} HOST_ROUNDS=${rounds})`, function () {
  this.timeout(180_000 + rounds * 60_000);
  before(function () {
    if (process.platform !== 'linux') skip(this, 'which process is the extension host can be seen on Linux only');
  });
  const bench = new Bench();
  const { workbench } = useBench(bench);
  const count = async (): Promise<number> => (await bench.runs()).length;
  const waiting = (): string[] => {
    const folder = join(workbench().server.data, 'User', 'globalStorage', 'test-stations.test-stations', 'outbox');
    return readdirSync(folder).filter((name) => !name.startsWith('.'));
  };

  const processes = (part: RegExp): number[] =>
    processesWith(`${marker}=${workbench().server.folder}`)
      .filter(({ command }) => part.test(command))
      .map(({ pid }) => pid);

  const hosts = (): number[] => extensionHosts(workbench().server.folder);

  /**
   * Runs a script until it has written a file. For a minute after its host was killed, a window that is not heard of any more
   * still uses the station, because its script may run.
   */
  async function run(script: string, file: string): Promise<void> {
    const window = workbench();
    await window.openFile(script);
    await window.editorAction('Run Procedure on Station');
    const wait = window.page.getByRole('button', { name: 'Run When It Ends' });
    await until(
      async () => {
        if (await wait.isVisible()) await wait.click();
        return existsSync(join(bench.workspace, file));
      },
      { what: `the file ${file} of ${script}`, timeout: 120_000 },
    );
  }

  /**
   * Starts the script, and kills the extension host while its phase waits.
   * @param before is done while the host stands still @returns the script's process
   */
  async function runAndKill(before = async () => {}): Promise<number> {
    bench.hold();
    await run('openhtf_bare.py', 'waiting');
    const [script, ...scripts] = processes(/openhtf_bare\.py/);
    assert.ok(script !== undefined && scripts.length === 0);
    const host = await until(
      () => {
        const [one, ...more] = hosts(); // that of before a reload may be there still
        return more.length === 0 && one;
      },
      { what: 'one extension host' },
    );
    process.kill(host, 'SIGSTOP');
    await before();
    if (hosts().includes(host)) process.kill(host, 'SIGKILL');
    await until(() => !hosts().includes(host), { what: 'the end of the host' });
    assert.deepEqual(processes(/openhtf_bare\.py/), [script]);
    return script;
  }

  before(async () => {
    bench.script('openhtf_bare.py');
    bench.write('wait', '');
    const window = workbench();
    await window.open(bench.workspace);
    await createStation(window, 'Bench 1');
    await bench.linkedProcedure('Bench 1', 'FVT1');
  });

  it('goes on, and is pushed once by the next extension host of the window', async () => {
    await runAndKill();
    await until(() => hosts().length === 1, { what: 'a new extension host' });
    bench.release();
    await until(async () => (await count()) === 1, { what: 'the run to be pushed', timeout: 60_000 });
    await until(() => waiting().length === 0, { what: 'the outbox to be empty' });
    const [{ id } = assert.fail()] = await bench.runs();
    const run = await bench.run(id);
    assert.equal(run.phases.at(-1)?.measurements[0]?.measured_value, 3.31);
    assert.ok(run.attachments.some(({ name }) => name === 'trace.txt'));
  });

  it('is found by the next window when it ended without one, and pushed once', async () => {
    const window = workbench();
    await window.reload();
    const script = await runAndKill(async () => {
      await window.page.goto('about:blank'); // a window that is there starts another host
    });
    bench.release();
    await until(() => !processes(/./).includes(script), { what: 'the end of the script' });
    assert.equal(waiting().length, 1);
    assert.equal(await count(), 1);
    await window.open(bench.workspace);
    await until(async () => (await count()) === 2, { what: 'the run to be pushed', timeout: 60_000 });
    await until(() => waiting().length === 0, { what: 'the outbox to be empty' });
    assert.equal(new Set((await bench.runs()).map((run) => run.started_at)).size, 2);
  });

  it('has all its results on the server once, whenever the host is killed', async () => {
    const random = randomNumbers(seed);
    const window = workbench();
    bench.write('four_units.py', fourUnits);
    const hosts = (): number[] => processes(/--type=extensionHost/);
    const scripts = (): number[] => processes(/four_units\.py/);
    for (let round = 0; round < rounds; round += 1) {
      await window.open(bench.workspace);
      await run('four_units.py', 'started');
      rmSync(join(bench.workspace, 'started'));
      await delay(random() * 8_000);
      const killed = hosts();
      for (const pid of killed) process.kill(pid, 'SIGKILL');
      await until(() => !hosts().some((pid) => killed.includes(pid)), { what: 'the end of the host' });
      await window.page.goto('about:blank');
      await until(() => scripts().length === 0, { what: 'the end of the script', timeout: 60_000 });
    }
    await window.open(bench.workspace);
    await until(() => waiting().length === 0, { what: 'the outbox to be empty', timeout: 60_000 });
    const tested = bench.read('tested').trim().split('\n').sort();
    const serials = (await bench.runs()).map(({ unit }) => unit.serial_number).filter((each) => /-\d+-/.test(each));
    assert.deepEqual(serials.sort(), tested);
    console.log(`      ${rounds} kills: ${tested.length} units tested, none lost`);
  });
});
