import { before } from 'mocha';
import type { FrameLocator, Locator } from 'playwright-core';
import { StationApi } from '../../../src/extension/client/stationApi.ts';
import { local } from '../../../src/shared/contract/local.ts';
import { presence } from '../../../src/shared/contract/presence.ts';
import { procedures } from '../../../src/shared/contract/procedures.ts';
import { runs } from '../../../src/shared/contract/runs.ts';
import { stations } from '../../../src/shared/contract/stations.ts';
import { benchKey, startBundle } from '../../bench/bundle.ts';
import { runAt } from '../../server/runs.ts';
import type { Bench } from './bench.ts';
import { everyKind, Histories, midnight } from './histories.ts';
import { useSharedBench } from './sharedBench.ts';

const hour = 3_600_000;

/** As the panel names a day. */
export const dayName = (daysAgo: number): string =>
  new Date(midnight(daysAgo)).toLocaleDateString('en', {
    weekday: 'short',
    year: 'numeric',
    month: 'short',
    day: 'numeric',
  });

/** Inside a `describe`: a window with the uptime panel on four stations with a past, two of them connected. */
export function useUptimePanel() {
  const { bench, workbench } = useSharedBench({ prepare });
  const ids = new Map<string, string>();
  const id = (name: string): string => ids.get(name) ?? '';
  const panel = (): FrameLocator => workbench().webview();
  const row = (name: string): Locator => panel().locator('.grid .row', { hasText: name });
  /** A program on the bench tells that it is there, for the next hours. */
  const beat = async (name: string, body: { running?: boolean; farewell?: boolean }): Promise<void> => {
    await (
      await bench.api()
    ).call(presence.heartbeat, { params: { id: id(name) }, body: { ...body, interval_s: 3600 } });
  };

  async function prepare({ data }: Bench): Promise<void> {
    const server = await startBundle(data);
    const api = new StationApi(server.url, benchKey);
    for (const name of ['Bench 1', 'Bench 2', 'Bench 10', 'Spare bench'])
      ids.set(name, (await api.call(stations.create, { body: { name } })).id);
    const { id: procedure } = await api.call(procedures.create, { body: { name: 'FVT1' } });
    const params = { id: id('Bench 1'), procedure_id: procedure };
    await api.call(local.linkProcedure, { params });
    const { api_key: key } = await api.call(local.generateKey, { params: { id: id('Bench 1') } });
    for (const [serial, outcome, at] of [
      ['SN-1', 'PASS', 9],
      ['SN-2', 'FAIL', 10],
      ['SN-2', 'PASS', 11],
    ] as const) {
      const body = runAt(procedure, serial, outcome, midnight(3) + at * hour, hour);
      await new StationApi(server.url, key).call(runs.create, { body });
    }
    await server.stop();
    using histories = new Histories(data);
    const pasts = everyKind();
    histories.watch([
      [midnight(200), midnight(21) + 6 * hour],
      [midnight(20) + 18 * hour, Date.now()],
    ]);
    histories.write(id('Bench 1'), pasts.steady);
    histories.write(id('Bench 2'), pasts.worked);
    histories.write(id('Bench 10'), pasts.new);
  }

  before(async () => {
    await workbench().page.setViewportSize({ width: 1380, height: 900 });
    await workbench().command('Test Stations: Open Uptime');
    await row('Bench 1').first().waitFor();
    await beat('Bench 1', {});
    await beat('Bench 10', { running: true });
    await panel().getByText('2 of 4 connected').waitFor();
  });

  return { bench, workbench, id, panel, row, beat };
}
