import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'mocha';
import { processesWith } from '../../scripts/lib/leftovers.mjs';
import { Bench, createStation, useBench } from './support/bench.ts';
import { extensionHosts, marker } from './support/processes.ts';
import { until } from './support/until.ts';

describe('a run whose extension host is killed', function () {
  this.timeout(180_000);
  before(function () {
    // Which process it is can be seen here only.
    if (process.platform !== 'linux') this.skip();
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
   * Starts the script, and kills the extension host while its phase waits.
   * @param before is done while the host stands still @returns the script's process
   */
  async function runAndKill(before = async () => {}): Promise<number> {
    const window = workbench();
    bench.hold();
    await window.openFile('openhtf_bare.py');
    await window.editorAction('Run Procedure on Station');
    await bench.scriptWaits();
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
});
