import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'mocha';
import type { FrameLocator, Locator } from 'playwright-core';
import * as z from 'zod';
import { StationApi } from '../../src/client/stationApi.ts';
import { local } from '../../src/contract/local.ts';
import { presence } from '../../src/contract/presence.ts';
import { procedures } from '../../src/contract/procedures.ts';
import { runs } from '../../src/contract/runs.ts';
import { stations } from '../../src/contract/stations.ts';
import { localTime } from '../../src/domain/localTime.ts';
import { benchKey, startBundle } from '../bench/bundle.ts';
import { useTofuPilot } from '../support/tofupilot.ts';
import { axeProblems } from './support/axe.ts';
import { Bench, useBench } from './support/bench.ts';
import { everyKind, Histories, midnight } from './support/histories.ts';
import { isKept } from './support/storage.ts';
import { eventually } from './support/until.ts';
import { allThemes } from './support/workbench.ts';

const hour = 3_600_000;

describe('the uptime panel', function () {
  this.timeout(90_000);
  const bench = new Bench();
  const { workbench } = useBench(bench);
  const ids = new Map<string, string>();
  const id = (name: string): string => ids.get(name) ?? '';
  const panel = (): FrameLocator => workbench().webview();
  const row = (name: string): Locator => panel().locator('.grid .row', { hasText: name });
  const names = (): Promise<string[]> => panel().locator('.grid .row .name button').allInnerTexts();
  const textOf = async (locator: Locator): Promise<string> => (await locator.innerText()).replace(/\s+/g, ' ').trim();
  const figures = (): Promise<string[]> => panel().locator('.figures:not(.small) .percent').allInnerTexts();
  const focused = (): Promise<string | null> => panel().locator('.cells > :focus').getAttribute('aria-label');
  /** As the panel names a day. */
  const dayName = (daysAgo: number): string =>
    new Date(midnight(daysAgo)).toLocaleDateString('en', {
      weekday: 'short',
      year: 'numeric',
      month: 'short',
      day: 'numeric',
    });
  const screenshots = async (name: string): Promise<void> => {
    for (const theme of allThemes) await workbench().screenshot(name, theme);
    await workbench().setTheme('light');
  };
  /** A program on the bench tells that it is there, for the next hours. */
  const beat = async (name: string, body: { running?: boolean; farewell?: boolean }): Promise<void> => {
    await (
      await bench.api()
    ).call(presence.heartbeat, { params: { id: id(name) }, body: { ...body, interval_s: 3600 } });
  };
  const saved = async (name: RegExp): Promise<string> => {
    await workbench().quickInput.saveAs(name);
    const notification = workbench().notification(/^Saved as /);
    const file = /^Saved as (.+)\.$/.exec(await notification.text())?.[1] ?? '';
    await notification.close();
    return readFileSync(join(bench.workspace, file), 'utf8');
  };

  before(async () => {
    const server = await startBundle(bench.data);
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
      const began = midnight(3) + at * hour;
      await new StationApi(server.url, key).call(runs.create, {
        body: {
          procedure_id: procedure,
          serial_number: serial,
          part_number: 'PCBA01',
          outcome,
          started_at: new Date(began).toISOString(),
          ended_at: new Date(began + hour).toISOString(),
        },
      });
    }
    await server.stop();
    using histories = new Histories(bench.data);
    const pasts = everyKind();
    histories.watch([
      [midnight(200), midnight(21) + 6 * hour],
      [midnight(20) + 18 * hour, Date.now()],
    ]);
    histories.write(id('Bench 1'), pasts.steady);
    histories.write(id('Bench 2'), pasts.worked);
    histories.write(id('Bench 10'), pasts.new);
    await workbench().page.setViewportSize({ width: 1380, height: 900 });
    await workbench().open(bench.workspace);
    await workbench().command('Test Stations: Open Uptime');
    await row('Bench 1').first().waitFor();
    await beat('Bench 1', {});
    await beat('Bench 10', { running: true });
    await panel().getByText('2 of 4 connected').waitFor();
  });

  it('shows all stations in rows, with how many are connected and the figures of all together', async () => {
    assert.deepEqual(await names(), ['Bench 1', 'Bench 2', 'Bench 10', 'Spare bench']);
    assert.equal(await panel().locator('.summary').innerText(), '2 of 4 connected');
    assert.match(await textOf(row('Bench 2')), /^Bench 2 disconnected since .+ 9\d\.\d\d % 98 % observed$/);
    assert.match(await textOf(row('Spare bench')), /^Spare bench never connected no history$/);
    assert.equal((await figures()).length, 4);
    const kinds = row('Bench 2').locator('svg path');
    const seen = await Promise.all((await kinds.all()).map((path) => path.getAttribute('class')));
    assert.deepEqual(seen.sort(), ['down', 'maintenance', 'mark', 'paused', 'unknown', 'up']);
    await screenshots('uptime');
  });

  it('tells a day to the mouse and to screen readers in the same words', async () => {
    const words = `${dayName(3)}: 91.66 % up of 1 d observed (100 %); 2 h down, 1 incident`;
    const bars = row('Bench 1').first().locator('.bars');
    const { width = 0, height = 0 } = (await bars.boundingBox()) ?? {};
    await bars.hover({ position: { x: (width / 90) * 86.5, y: height / 2 } });
    await eventually(async () => assert.equal((await panel().locator('.tip').innerText()).trim(), words));
    await panel().getByRole('gridcell', { name: words }).waitFor();
    await workbench().screenshot('uptime-tip', 'light');
    await panel().getByRole('heading', { name: 'Uptime' }).hover();
    await panel().locator('.tip').waitFor({ state: 'hidden' });
  });

  it('goes through days and stations by the keyboard, and pins one', async () => {
    const { keyboard } = workbench().page;
    await panel().getByRole('textbox', { name: 'Filter stations by name' }).focus();
    await keyboard.press('Tab'); // the order
    await keyboard.press('Tab'); // the name of the first station
    await keyboard.press('Tab');
    const isAt = (pattern: RegExp): Promise<void> =>
      eventually(async () => assert.match((await focused()) ?? '', pattern));
    await isAt(new RegExp(`^${dayName(0)}: 100 % up`));
    await keyboard.press('ArrowLeft');
    await isAt(new RegExp(`^${dayName(1)}`));
    await keyboard.press('PageUp');
    await isAt(new RegExp(`^${dayName(8)}`));
    await keyboard.press('Home');
    await isAt(new RegExp(`^${dayName(89)}`));
    await keyboard.press('End');
    await keyboard.press('PageUp');
    await keyboard.press('ArrowRight');
    await keyboard.press('ArrowRight');
    await keyboard.press('ArrowDown');
    await isAt(new RegExp(`^${dayName(5)}: 100 % up of 16 h observed \\(100 %\\); no downtime; 8 h maintenance$`));
    await keyboard.press('Enter');
    await panel().getByRole('heading', { level: 1, name: 'Bench 2' }).waitFor();
    await isAt(new RegExp(`^${dayName(5)}`));
    await panel().locator('.strip .segment[data-instant="maintenance"]').waitFor();
    await keyboard.press('ArrowUp');
    await panel().getByRole('heading', { level: 1, name: 'Bench 1' }).waitFor();
    await isAt(new RegExp(`^${dayName(5)}`));
    await keyboard.press('ArrowRight');
    await keyboard.press('ArrowRight');
    await isAt(new RegExp(`^${dayName(3)}`));
    await keyboard.press('Enter');
    await panel().locator('.incidents').waitFor();
  });

  it('shows a day in full: hours, incidents with cause, runs with outcome, yield, utilization', async () => {
    assert.match(
      await textOf(panel().locator('.incidents li')),
      /^12:00:00 PM to 2:00:00 PM 2 h live stream broke off$/,
    );
    const shows = (place: string, expected: readonly string[]): Promise<void> =>
      eventually(async () =>
        assert.deepEqual(
          (await panel().locator(place).allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim()),
          expected,
        ),
      );
    await shows('.runs li', [
      'PASS SN-2 FVT1 11:00:00 AM 1 h',
      'FAIL SN-2 FVT1 10:00:00 AM 1 h',
      'PASS SN-1 FVT1 9:00:00 AM 1 h',
    ]);
    await shows('.figures.small > div', [
      'Uptime 91.66 % of 1 d observed (100 %)',
      'Downtime 2 h down, 1 incident',
      'Utilization 12 % 3 h in runs',
      'First-pass yield 50 % 1 of 2 units',
      'Runs 3',
    ]);
    await screenshots('uptime-station');
    await panel().getByRole('button', { name: 'SN-1' }).click();
    await workbench().page.getByRole('tab', { name: 'SN-1 PASS', selected: true }).waitFor();
    await workbench().closeEditor('SN-1 PASS');
    await panel().getByRole('heading', { level: 1, name: 'Bench 1' }).waitFor();
  });

  it('is sound for screen readers, in every theme', async () => {
    for (const theme of allThemes) {
      await workbench().setTheme(theme);
      assert.deepEqual(await axeProblems(panel()), [], `${theme}, a station`);
    }
    await panel().getByRole('button', { name: 'All stations' }).click();
    await row('Bench 2').waitFor();
    for (const theme of allThemes) {
      await workbench().setTheme(theme);
      assert.deepEqual(await axeProblems(panel()), [], `${theme}, all stations`);
    }
    await workbench().setTheme('light');
  });

  it('sorts and filters the stations', async () => {
    const order = async (name: string): Promise<void> => {
      await panel().getByRole('combobox', { name: 'Order of the stations' }).click();
      await panel().getByRole('option', { name }).click();
    };
    await order('Lowest uptime first');
    await eventually(async () => assert.deepEqual(await names(), ['Bench 2', 'Bench 10', 'Bench 1', 'Spare bench']));
    await order('Down first');
    await eventually(async () => assert.deepEqual(await names(), ['Bench 2', 'Bench 10', 'Bench 1', 'Spare bench']));
    await panel().getByRole('textbox', { name: 'Filter stations by name' }).fill('bench 1');
    await eventually(async () => assert.deepEqual(await names(), ['Bench 10', 'Bench 1']));
  });

  it('shows the same as a table', async () => {
    await panel().getByRole('textbox', { name: 'Filter stations by name' }).fill('');
    await panel().getByRole('button', { name: 'Show as table' }).click();
    const table = panel().getByRole('table', { name: 'Uptime of all stations' });
    const bench1 = table.getByRole('row', { name: /^Bench 1 / });
    assert.match(await textOf(bench1), / 99\.90 % 98 % 2 h 2$/);
    assert.equal(await table.getByRole('row').count(), 5);
    assert.deepEqual(await axeProblems(panel()), []);
    await screenshots('uptime-table');
    await bench1.getByRole('button').click();
    const days = panel().getByRole('table', { name: 'Uptime of Bench 1 by day' });
    const row = days.getByRole('row', { name: new RegExp(`^${dayName(3)}`) });
    assert.equal(await textOf(row), `${dayName(3)} 91.66 % 1 d 100 % 2 h 1 – – –`);
    assert.equal(await days.getByRole('row').count(), 91);
    await row.getByRole('button').click();
    await panel().locator('.incidents').waitFor();
    assert.deepEqual(await axeProblems(panel()), []);
    await workbench().screenshot('uptime-days-table', 'dark');
  });

  it('exports the days as CSV and JSON, of a station and of all', async () => {
    await panel().getByRole('button', { name: 'Export the days as CSV' }).click();
    const ofOne = (await saved(/^Bench 1 uptime \d{4}-\d\d-\d\d\.csv$/)).split('\r\n');
    assert.equal(
      ofOne[0],
      '\uFEFFstation,date,uptime_percent,up_s,down_s,maintenance_s,paused_s,not_observed_s,incidents',
    );
    assert.equal(ofOne.filter((line) => line.startsWith('Bench 1,')).length, 90);
    assert.ok(ofOne.some((line) => line.endsWith(',91.66,79200,7200,0,0,0,1')));
    await panel().getByRole('button', { name: 'All stations' }).click();
    await panel().getByRole('button', { name: 'Export the uptime as JSON' }).click();
    const json = exported.parse(JSON.parse(await saved(/^uptime .*\.json$/)));
    assert.deepEqual(json.stations.map(({ name }) => name).sort(), ['Bench 1', 'Bench 10', 'Bench 2', 'Spare bench']);
    const days = json.stations.find(({ name }) => name === 'Bench 1')?.days ?? [];
    assert.equal(days.length, 90);
    assert.equal(days.at(-4)?.down, 2 * hour);
    assert.equal(days.at(-4)?.starts_at, new Date(midnight(3)).toISOString());
    await panel().getByRole('button', { name: 'Show as table' }).click();
  });

  it('follows a station that comes or goes, and repaints its row alone', async () => {
    await panel().getByRole('combobox', { name: 'Order of the stations' }).click();
    await panel().getByRole('option', { name: 'By name' }).click();
    await eventually(async () => assert.equal((await names())[0], 'Bench 1'));
    const page = panel().locator('html');
    await page.evaluate(`{
      const changed = (window.changed = new Set());
      const note = ({ target }) => changed.add((target.closest ? target : target.parentElement).closest('[data-id]')?.dataset.id);
      new MutationObserver((records) => records.forEach(note)).observe(document.querySelector('.grid'), {
        subtree: true, childList: true, characterData: true, attributes: true,
      });
    }`);
    await beat('Bench 1', { farewell: true });
    await row('Bench 1').first().getByText('disconnected').waitFor();
    await panel().getByText('1 of 4 connected').waitFor();
    await panel().getByRole('status').getByText('Bench 1: disconnected').waitFor({ state: 'attached' });
    assert.deepEqual(await page.evaluate('[...window.changed]'), [id('Bench 1')]);
    await beat('Bench 1', {});
    await panel().getByText('2 of 4 connected').waitFor();
  });

  it('opens on a station by its menu, and says why one without a history has none', async () => {
    const window = workbench();
    await window.openContainer('Test Stations');
    await window.tree('Stations').row('Spare bench').menu('Open Uptime');
    await panel().getByRole('heading', { name: 'Spare bench has no history yet' }).waitFor();
    await panel().getByText('/heartbeat').waitFor();
    assert.deepEqual(await axeProblems(panel()), []);
    await screenshots('uptime-none');
    await window.tree('Stations').row('Bench 2').menu('Open Uptime');
    await panel().getByRole('heading', { level: 1, name: 'Bench 2' }).waitFor();
    assert.equal(await window.page.getByRole('tab', { name: 'Uptime' }).count(), 1);
    const tooltip = await window.tree('Stations').row('Bench 2').tooltip();
    assert.match(tooltip, /Up 97\.\d\d % of 8\d d \d+ h observed \(98 %\) in the last 90 days\./);
    await window.page.mouse.move(900, 500);
  });

  it('takes maintenance and pauses, and gives them back', async () => {
    const window = workbench();
    const { quickInput } = window;
    await panel().getByRole('button', { name: 'Mark maintenance…' }).click();
    await quickInput.opened('Maintenance of Bench 2');
    await quickInput.pick('At another time…');
    await eventually(async () => assert.match(await quickInput.message(), /^From: date and time in /));
    await quickInput.fill('yesterday');
    await eventually(async () => assert.match(await quickInput.message(), /Write a date and a time/));
    await quickInput.fill(localTime(midnight(2) + 8 * hour));
    await quickInput.accept();
    await eventually(async () => assert.match(await quickInput.message(), /^Until: /));
    await quickInput.fill(localTime(midnight(2) + 7 * hour));
    await eventually(async () => assert.match(await quickInput.message(), /must be later/));
    await quickInput.fill(localTime(midnight(2) + 12 * hour));
    await quickInput.accept();
    await eventually(async () => assert.match(await quickInput.message(), /^What for\?/));
    await quickInput.fill('Calibration');
    await quickInput.accept();
    const listed = panel().locator('.pauses li', { hasText: 'Calibration' });
    await listed.waitFor();
    await panel()
      .getByRole('gridcell', { name: new RegExp(`^${dayName(2)}.*4 h maintenance$`) })
      .waitFor();
    await window.screenshot('uptime-maintenance', 'dark');
    await listed.getByRole('button', { name: /^Take back/ }).click();
    await listed.waitFor({ state: 'detached' });
    await panel().getByRole('button', { name: 'Pause', exact: true }).click();
    await panel().locator('.badge').getByText('paused').waitFor();
    await panel().getByRole('button', { name: 'Resume' }).click();
    await panel().locator('.badge').waitFor({ state: 'detached' });
  });

  it('sets the operator address', async () => {
    const { quickInput } = workbench();
    await panel().getByRole('button', { name: 'Operator address…' }).click();
    await quickInput.opened('Operator address of Bench 2');
    await quickInput.fill('bench 3');
    await eventually(async () => assert.match(await quickInput.message(), /host and a port/));
    await quickInput.fill('127.0.0.1:9');
    await quickInput.accept();
    await panel().locator('.facts').getByText('127.0.0.1:9').waitFor();
  });

  it('tells when a watched station goes or comes back, once, and is silent of others', async () => {
    const window = workbench();
    // The words go by themselves: who looks for them afterwards may be too late.
    await Promise.all([
      window.statusBarItem('You are told when Bench 1 goes or comes back.').waitFor({ timeout: 50_000 }), // of both
      window.tree('Stations').row('Bench 1').menu('Watch Station (On/Off)'),
    ]);
    await window
      .tree('Stations')
      .row(/Bench 1\s*connected · since/)
      .locator.waitFor();
    await beat('Bench 10', { farewell: true });
    await beat('Bench 1', { farewell: true });
    const gone = window.notification('Bench 1 has disconnected.');
    assert.deepEqual(await gone.buttons(), ['Open Uptime']);
    await window
      .tree('Stations')
      .row(/Bench 1\s*disconnected · since/)
      .locator.waitFor();
    for (const theme of ['light', 'hc'] as const) await window.screenshot('uptime-news', theme);
    await gone.click('Open Uptime');
    await panel().getByRole('heading', { level: 1, name: 'Bench 1' }).waitFor();
    await panel().getByRole('button', { name: 'Notify me when it goes or comes', pressed: true }).waitFor();
    await beat('Bench 1', {});
    await window.notification('Bench 1 is connected again.').close();
    assert.equal(await window.notification('Bench').locator.count(), 0);
    await panel().getByRole('button', { name: 'Notify me when it goes or comes' }).click();
    await panel().getByRole('button', { name: 'Notify me when it goes or comes', pressed: false }).waitFor();
    await window.tree('Stations').row('Bench 2').menu('Open Uptime');
    await panel().getByRole('heading', { level: 1, name: 'Bench 2' }).waitFor();
  });

  it('comes back after a reload of the window, as it was', async () => {
    const window = workbench();
    await panel()
      .getByRole('gridcell', { name: dayName(25) })
      .click();
    const incident = panel().locator('.incidents').getByText('live stream closed in order');
    await incident.waitFor();
    await isKept(window.page, new RegExp(`${id('Bench 2')}\\W+date\\W+${localTime(midnight(25)).slice(0, 10)}`));
    await window.reload();
    await panel().getByRole('heading', { level: 1, name: 'Bench 2' }).waitFor();
    await incident.waitFor();
    await window.page.keyboard.press('Escape');
    await panel().getByRole('button', { name: 'All stations' }).click();
    await row('Bench 2').waitFor();
  });

  it('shows 60 and 30 days where there is less room', async () => {
    const { page } = workbench();
    const tooWide = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
    const head = panel().locator('.grid .head');
    for (const [width, text, name] of [
      [1000, /89 days ago today 90 days$/, 'wide'],
      [820, /59 days ago today 60 days$/, 'middle'],
      [660, /29 days ago today 30 days$/, 'narrow'],
    ] as const) {
      await page.setViewportSize({ width, height: 900 });
      await eventually(async () => assert.match(await textOf(head), text));
      assert.equal(await panel().locator('html').evaluate(tooWide), 0);
      await screenshots(`uptime-${name}`);
      await row('Bench 2').getByRole('button').click();
      await panel().locator('.strip').waitFor();
      await workbench().screenshot(`uptime-station-${name}`, 'dark');
      assert.equal(await panel().locator('html').evaluate(tooWide), 0);
      await panel().getByRole('button', { name: 'All stations' }).click();
    }
    await page.setViewportSize({ width: 1380, height: 900 });
    await workbench().setTheme('light');
  });
});

describe('the uptime panel on a TofuPilot server (a stand-in for it)', function () {
  this.timeout(90_000);
  const bench = new Bench();
  const { workbench } = useBench(bench);
  const cloud = useTofuPilot();

  it('tells what is known, and leads to the dashboard', async () => {
    const window = workbench();
    const behind = new StationApi(cloud.behind, cloud.userKey);
    await behind.call(stations.create, { body: { name: 'Cloud bench' } });
    await window.open(bench.workspace);
    await window.command('Test Stations: Add TofuPilot Server…');
    await window.quickInput.opened('Add TofuPilot server (1/2)');
    await window.quickInput.fill(cloud.url);
    await window.quickInput.accept();
    await window.quickInput.opened(`Sign in to ${cloud.host}`);
    await window.quickInput.fill(cloud.userKey);
    await window.quickInput.accept();
    await window.quickInput.closed();
    await window.command('Test Stations: Open Uptime');
    const page = window.webview();
    await page.getByText(`${cloud.host} has no public interface for uptime`).waitFor();
    await page.getByText('Cloud bench').waitFor();
    await page.getByRole('button', { name: 'Open dashboard' }).waitFor();
    assert.deepEqual(await axeProblems(page), []);
    await window.screenshot('uptime-tofupilot', 'light');
    await window.command('Test Stations: Pause Uptime of Station');
    const message = window.notification(`${cloud.host} keeps no uptime that could be changed from here.`);
    assert.deepEqual(await message.buttons(), [`Open ${cloud.host}`, 'Show Log']);
    await message.close();
  });
});

const exported = z.object({
  stations: z.array(
    z.object({
      name: z.string(),
      days: z.array(z.object({ date: z.string(), starts_at: z.string(), down: z.number() })),
    }),
  ),
});
