/**
 * Measures the extension in a real VS Code served to a real browser, and prints one table.
 *
 *     npm run bench -- editor [--starts 5] [--changes 10]
 *
 * Activation is measured beside an extension that does nothing, in the same windows.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { StationApi } from '../../src/extension/client/stationApi.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { Bench, python } from '../e2e/support/bench.ts';
import { Workbench } from '../e2e/support/workbench.ts';
import { benchKey, startBundle } from './bundle.ts';
import { packEmptyExtension } from './emptyExtension.ts';
import { atMost, type Line, median, number, printTable } from './table.ts';

const { values } = parseArgs({
  options: { starts: { type: 'string', default: '5' }, changes: { type: 'string', default: '10' } },
});
const lines: Line[] = [];
const folder = mkdtempSync(join(tmpdir(), 'ts-bench-editor-'));

try {
  const empty = packEmptyExtension(folder);
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let n = 0; n < Number(values.starts); n += 1) {
    const times = await activationTimes(empty);
    ours.push(times.ours);
    theirs.push(times.empty);
  }
  const above = median(ours) - median(theirs);
  lines.push({ what: 'activation of an empty extension', found: `${number(median(theirs))} ms` });
  lines.push({
    what: 'activation',
    found: `${number(median(ours))} ms = ${number(above)} ms above the empty one (${ours.map(number).join(', ')})`,
    aim: atMost(above, 15, 'ms above'),
  });
  for (const count of [10, 1000]) await measureTree(count);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
printTable(lines);

/** In a fresh VS Code, both extensions activated by the first Python file that is opened. Milliseconds. */
async function activationTimes(extension: string): Promise<{ ours: number; empty: number }> {
  const bench = new Bench();
  bench.script('openhtf_fvt1.py');
  const window = await Workbench.start({
    extensions: [extension],
    machineSettings: { 'testStations.dataFolder': bench.data, 'testStations.python': python() },
  });
  try {
    await window.open(bench.workspace);
    await window.openFile('openhtf_fvt1.py');
    await window.statusBarItem('No station').waitFor();
    await window.page.setViewportSize({ width: 1280, height: 4000 }); // so that the list has all its rows
    await window.command('Developer: Show Running Extensions');
    return {
      ours: await activationOf(window, 'Test Stations'),
      empty: await activationOf(window, 'Empty'),
    };
  } finally {
    await window.dispose();
    bench.dispose();
  }
}

/** What VS Code itself has measured: loading the code and calling `activate`. */
async function activationOf(window: Workbench, name: string): Promise<number> {
  const row = window.page.locator('.runtime-extensions-editor .monaco-list-row', { hasText: name }).first();
  const text = await row.locator('.activation-time').innerText();
  return Number(/(\d+)\s*ms/.exec(text)?.[1] ?? NaN);
}

/** How long the view takes to be painted with so many stations, and a change to be seen in it. */
async function measureTree(count: number): Promise<void> {
  const bench = new Bench();
  bench.script('openhtf_fvt1.py');
  const server = await startBundle(bench.data);
  const api = new StationApi(server.url, benchKey);
  const ids = await createStations(api, count);
  const window = await Workbench.start({
    machineSettings: { 'testStations.dataFolder': bench.data, 'testStations.python': python() },
  });
  try {
    await window.open(bench.workspace);
    await window.openFile('openhtf_fvt1.py');
    await window.statusBarItem('No station').waitFor();
    await delay(3000); // idle
    // The first opening ever: the window makes its user key in it.
    const painted = await timeToTree(window);
    lines.push({
      what: `tree of ${count} stations painted`,
      found: `${number(painted)} ms`,
      ...(count === 1000 && { aim: atMost(painted, 500, 'ms') }),
    });
    const seen = await changeTimes(window, api, ids[0] ?? '');
    lines.push({
      what: `change seen among ${count} stations`,
      found: `median ${number(median(seen))} ms, worst ${number(Math.max(...seen))} ms`,
      aim: atMost(median(seen), 200, 'ms'),
    });
  } finally {
    await window.dispose();
    await server.stop();
    bench.dispose();
  }
}

async function createStations(api: StationApi, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 1; n <= count; n += 1) {
    ids.push((await api.call(stations.create, { body: { name: `Bench ${String(n).padStart(4, '0')}` } })).id);
  }
  return ids;
}

/** From the click on the icon of the activity bar to the first and the last row that can be seen. Milliseconds. */
async function timeToTree(window: Workbench): Promise<number> {
  await window.page.getByRole('tab', { name: 'Test Stations' }).waitFor();
  return Number(
    await window.page.evaluate(`new Promise((resolve) => {
      const start = performance.now();
      const look = () => {
        const rows = document.querySelectorAll('[role="tree"][aria-label="Stations"] [role="treeitem"]');
        if (rows.length > 5) resolve(performance.now() - start);
        else requestAnimationFrame(look);
      };
      document.querySelector('.activitybar .action-label[aria-label="Test Stations"]').click();
      look();
    })`),
  );
}

/** From the server's answer to a rename until the new name stands in the tree. Milliseconds. */
async function changeTimes(window: Workbench, api: StationApi, id: string): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < Number(values.changes); n += 1) {
    const name = `Bench 0000 ${n}`; // stays the first
    const seen = window.page.evaluate(`new Promise((resolve) => {
      const look = () => {
        const names = [...document.querySelectorAll('[role="treeitem"] .label-name')];
        if (names.some((each) => each.textContent === ${JSON.stringify(name)})) resolve(Date.now());
        else requestAnimationFrame(look);
      };
      look();
    })`);
    await api.call(stations.update, { params: { id }, body: { name } });
    const changed = Date.now();
    times.push(Math.max(0, Number(await seen) - changed));
    // VS Code gathers what changes within 200 ms of a change: the next one is to stand alone.
    await delay(500);
  }
  return times;
}
