/**
 * Measures the uptime panel in a real VS Code served to a real browser, and prints one table.
 *
 *     npm run bench -- uptimePanel [--stations 1000] [--transitions 20] [--times 5]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { StationApi } from '../../src/extension/client/stationApi.ts';
import { presence } from '../../src/shared/contract/presence.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { Bench, python } from '../e2e/support/bench.ts';
import { Workbench } from '../e2e/support/workbench.ts';
import { benchKey, startBundle } from './bundle.ts';
import { fillWithPresence } from './fillPresence.ts';
import { atMost, type Line, median, number, printTable } from './table.ts';

const { values } = parseArgs({
  options: {
    stations: { type: 'string', default: '1000' },
    transitions: { type: 'string', default: '20' },
    times: { type: 'string', default: '5' },
  },
});
const count = Number(values.stations);
const lines: Line[] = [];
const folder = mkdtempSync(join(tmpdir(), 'ts-bench-uptime-panel-'));
const bench = new Bench();
const file = join(bench.data, 'stations.db');

await (await startBundle(bench.data)).stop();
fillWithPresence(file, { stations: count, days: 90, transitions: Number(values.transitions), now: Date.now() });
const server = await startBundle(bench.data);
const window = await Workbench.start({
  machineSettings: { 'testStations.dataFolder': bench.data, 'testStations.python': python() },
});
try {
  await window.page.setViewportSize({ width: 1380, height: 900 });
  await window.open(bench.workspace);
  await window.command('Test Stations: Open Uptime');
  await window.webview().locator('.grid .row').first().waitFor();
  await measurePainting();
  await measureChanges();
} finally {
  await window.dispose();
  await server.stop();
  bench.dispose();
  rmSync(folder, { recursive: true, force: true });
}
printTable(lines);

/**
 * The page gets a fleet again and again. From the message, as it comes from the extension, to the frame after the rows that
 * can be seen, and to the one after all rows, stand in the page.
 */
async function measurePainting(): Promise<void> {
  const page = window.webview().locator('html');
  const seen: number[] = [];
  const all: number[] = [];
  for (let n = 0; n < Number(values.times); n += 1) {
    // Its rows go, as if the panel were new; the refresh brings them again.
    const measured = page.evaluate(`new Promise((settle) => {
      const view = document.querySelector('uptime-view');
      document.querySelector('.tools .icon').click();
      view.fleet = undefined;
      view.updateComplete.then(() => {
        addEventListener('message', ({ data }) => {
          if (data.type !== 'fleet') return;
          const start = performance.now();
          let first;
          const look = () => {
            const rows = document.querySelectorAll('.grid .row').length;
            if (rows > 20) first ??= performance.now() - start;
            if (rows >= ${count}) settle([first, performance.now() - start]);
            else requestAnimationFrame(look);
          };
          requestAnimationFrame(look);
        }, { capture: true });
      });
    })`);
    const [first, whole] = (await measured) as [number, number];
    seen.push(first);
    all.push(whole);
  }
  lines.push({
    what: `first screen of ${count} stations painted`,
    found: `median ${number(median(seen))} ms, worst ${number(Math.max(...seen))} ms`,
    aim: atMost(median(seen), 500, 'ms'),
  });
  lines.push({
    what: `all ${count} rows in the page`,
    found: `median ${number(median(all))} ms, worst ${number(Math.max(...all))} ms`,
  });
}

/** From a heartbeat until its station's row tells it; and how many rows were touched for it. */
async function measureChanges(): Promise<void> {
  const api = new StationApi(server.url, benchKey);
  const [station] = (await api.call(stations.list, { query: { limit: 1 } })).data;
  if (!station) throw new Error('The server has no station.');
  const page = window.webview().locator('html');
  await page.evaluate(`{
    const changed = (window.changed = new Set());
    new MutationObserver((records) => records.forEach(({ target }) => {
      const row = (target.closest ? target : target.parentElement).closest('[data-id]');
      if (row) changed.add(row.dataset.id);
    })).observe(document.querySelector('.grid'), { subtree: true, childList: true, characterData: true, attributes: true });
  }`);
  const times: number[] = [];
  for (let n = 0; n < Number(values.times); n += 1) {
    const farewell = n % 2 === 1;
    const seen = page.evaluate(`new Promise((settle) => {
      const look = () => {
        const state = document.querySelector('[data-id="${station.id}"] .state')?.dataset.state;
        if (state === '${farewell ? 'disconnected' : 'connected'}') settle(Date.now());
        else requestAnimationFrame(look);
      };
      look();
    })`);
    await api.call(presence.heartbeat, { params: { id: station.id }, body: { farewell, interval_s: 3600 } });
    const changed = Date.now();
    times.push(Math.max(0, Number(await seen) - changed));
  }
  const rows = Number(await page.evaluate('window.changed.size'));
  lines.push({
    what: 'a station that came or went is seen',
    found: `median ${number(median(times))} ms after the answer, worst ${number(Math.max(...times))} ms`,
  });
  lines.push({ what: 'rows repainted for it', found: String(rows), aim: atMost(rows, 1, 'row') });
}
