import assert from 'node:assert/strict';
import { before, it } from 'mocha';
import { processesWith } from '../../scripts/lib/leftovers.mjs';
import { stations } from '../../src/shared/contract/stations.ts';
import { describeSlow } from '../support/slow.ts';
import { Bench, createStation, useBench } from './support/bench.ts';
import { marker } from './support/processes.ts';
import { until } from './support/until.ts';

describeSlow('two windows with one data folder', function () {
  this.timeout(180_000);
  before(function () {
    // Which processes there are can be seen here only.
    if (process.platform !== 'linux') this.skip();
  });
  const bench = new Bench();
  // Each has a VS Code of its own.
  const windows = [useBench(bench), useBench(bench)].map(({ workbench }) => workbench);
  const both = <T>(work: (window: ReturnType<(typeof windows)[number]>) => Promise<T>): Promise<T[]> =>
    Promise.all(windows.map((window) => work(window())));

  /** The station servers that the windows have started. */
  const servers = (): number[] =>
    windows
      .flatMap((window) => processesWith(`${marker}=${window().server.folder}`))
      .filter(({ command }) => command.includes('server.js') && command.includes(bench.data))
      .map(({ pid }) => pid);
  const sees = (name: string) => both((window) => window.tree('Stations').row(name).locator.waitFor());

  before(async () => {
    await both((window) => window.open(bench.workspace));
    // Both look for a server in the same moment, and there is none.
    await both((window) => window.openContainer('Test Stations'));
  });

  it('start one server and show the same stations', async () => {
    const [first] = windows;
    await createStation(first?.() ?? assert.fail(), 'Bench 1');
    await sees('Bench 1');
    assert.deepEqual(servers(), [bench.address().pid]);
  });

  it('share one new server after theirs was killed', async () => {
    const killed = bench.address().pid;
    process.kill(killed, 'SIGKILL');
    await until(() => !servers().includes(killed), { what: 'the end of the server' });
    // Both follow its changes, and want another one in the same moment.
    await until(() => bench.address().pid !== killed, { what: 'a new server' });
    const { data } = await (await bench.api()).call(stations.list);
    assert.deepEqual(data.map(({ name }) => name), ['Bench 1']); // prettier-ignore
    const [, second] = windows;
    await createStation(second?.() ?? assert.fail(), 'Bench 2');
    await sees('Bench 2');
    await until(() => servers().length === 1, { what: 'one server' });
    assert.deepEqual(servers(), [bench.address().pid]);
  });
});
