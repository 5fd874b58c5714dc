import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as z from 'zod';
import { shifts, weekdays } from '../../src/shared/contract/shifts.ts';
import { itSlow } from '../support/slow.ts';
import { axeProblems } from './support/axe.ts';
import { saveAs } from './support/bench.ts';
import { midnight } from './support/histories.ts';
import { textOf } from './support/text.ts';
import { eventually } from './support/until.ts';
import { dayName, useUptimePanel } from './support/uptimePanel.ts';
import { checkedThemes } from './support/workbench.ts';

const hour = 3_600_000;

const exported = z.object({
  stations: z.array(
    z.object({
      name: z.string(),
      days: z.array(z.object({ date: z.string(), starts_at: z.string(), down: z.number() })),
    }),
  ),
});

describe('the uptime panel', function () {
  const { bench, workbench, id, panel, row, beat } = useUptimePanel();
  const names = (): Promise<string[]> => panel().locator('.grid .row .name button').allInnerTexts();
  const figures = (): Promise<string[]> => panel().locator('.figures:not(.small) .value').allInnerTexts();
  const focused = (): Promise<string | null> => panel().locator('.cells > :focus').getAttribute('aria-label');
  const saved = (name: RegExp): Promise<string> => saveAs(workbench(), bench, name);

  it('shows all stations in rows with the number of connected stations and the overall figures', async () => {
    assert.deepEqual(await names(), ['Bench 1', 'Bench 2', 'Bench 10', 'Spare bench']);
    assert.equal(await panel().locator('.summary').innerText(), '2 of 4 connected');
    assert.match(await textOf(row('Bench 2')), /^Bench 2 disconnected since .+ 9\d\.\d\d% 98% observed$/);
    assert.match(await textOf(row('Spare bench')), /^Spare bench never connected no history$/);
    await eventually(async () => assert.equal((await figures()).length, 4));
    const kinds = row('Bench 2').locator('svg path');
    const seen = await Promise.all((await kinds.all()).map((path) => path.getAttribute('class')));
    assert.deepEqual(seen.sort(), ['down', 'maintenance', 'mark', 'paused', 'unknown', 'up']);
    await workbench().screenshots('uptime');
  });

  it('describes a day to the mouse and to screen readers with the same text', async () => {
    const words = `${dayName(3)}: 91.66% up of 1 d observed (100%); 2 h down, 1 incident`;
    const bars = row('Bench 1').first().locator('.bars');
    const { width = 0, height = 0 } = (await bars.boundingBox()) ?? {};
    await bars.hover({ position: { x: (width / 90) * 86.5, y: height / 2 } });
    await eventually(async () => assert.equal((await panel().locator('.tip').innerText()).trim(), words));
    await panel().getByRole('gridcell', { name: words }).waitFor();
    await workbench().screenshot('uptime-tip', 'light');
    await panel().getByRole('heading', { name: 'Uptime' }).hover();
    await panel().locator('.tip').waitFor({ state: 'hidden' });
  });

  it('moves through days and stations with the keyboard and pins a day', async () => {
    const { keyboard } = workbench().page;
    await panel().getByRole('textbox', { name: 'Filter stations by name' }).focus();
    await keyboard.press('Tab'); // the order
    await keyboard.press('Tab'); // the name of the first station
    await keyboard.press('Tab');
    const isAt = (pattern: RegExp): Promise<void> =>
      eventually(async () => assert.match((await focused()) ?? '', pattern));
    await isAt(new RegExp(`^${dayName(0)}: 100% up`));
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
    await isAt(new RegExp(`^${dayName(5)}: 100% up of 16 h observed \\(100%\\); no downtime; 8 h maintenance$`));
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

  it('shows the hours, incidents, runs, yield and utilization of a day', async () => {
    assert.match(
      await textOf(panel().locator('.incidents li')),
      /^12:00:00 PM to 2:00:00 PM 2 h live stream disconnected$/,
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
      'Uptime 91.66% of 1 d observed (100%)',
      'Downtime 2 h down, 1 incident',
      'Utilization 12% 3 h in runs',
      'First-pass yield 50% 1 of 2 units',
      'Runs 3',
    ]);
    await workbench().screenshots('uptime-station');
    await panel().getByRole('button', { name: 'SN-1' }).click();
    await workbench().page.getByRole('tab', { name: 'SN-1 PASS', selected: true }).waitFor();
    await workbench().closeEditor('SN-1 PASS');
    await panel().getByRole('heading', { level: 1, name: 'Bench 1' }).waitFor();
  });

  it('has no accessibility violations in any theme', async () => {
    for (const theme of checkedThemes) {
      await workbench().setTheme(theme);
      assert.deepEqual(await axeProblems(panel()), [], `${theme}, a station`);
    }
    await panel().getByRole('button', { name: 'All stations' }).click();
    await row('Bench 2').waitFor();
    for (const theme of checkedThemes) {
      await workbench().setTheme(theme);
      assert.deepEqual(await axeProblems(panel()), [], `${theme}, all stations`);
    }
    await workbench().setTheme('light');
  });

  it('sorts and filters the stations in the uptime panel', async () => {
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

  it('shows the same uptime as a table', async () => {
    await panel().getByRole('textbox', { name: 'Filter stations by name' }).fill('');
    await panel().getByRole('button', { name: 'Show as table' }).click();
    const table = panel().getByRole('table', { name: 'Uptime of all stations' });
    const bench1 = table.getByRole('row', { name: /^Bench 1 / });
    assert.match(await textOf(bench1), / 99\.90% 98% 2 h 2$/);
    assert.equal(await table.getByRole('row').count(), 5);
    assert.deepEqual(await axeProblems(panel()), []);
    await workbench().screenshots('uptime-table');
    await bench1.getByRole('button').click();
    const days = panel().getByRole('table', { name: 'Uptime of Bench 1 by day' });
    const row = days.getByRole('row', { name: new RegExp(`^${dayName(3)}`) });
    assert.equal(await textOf(row), `${dayName(3)} 91.66% 1 d 100% 2 h 1 – – –`);
    assert.equal(await days.getByRole('row').count(), 91);
    await row.getByRole('button').click();
    await panel().locator('.incidents').waitFor();
    assert.deepEqual(await axeProblems(panel()), []);
    await workbench().screenshot('uptime-days-table', 'dark');
  });

  it('exports the days of one station and of all stations as CSV and JSON', async () => {
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

  it('updates only the row of a station that connects or disconnects', async () => {
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

  itSlow('shows 60 and 30 days in narrower panels', async () => {
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
      await workbench().screenshots(`uptime-${name}`);
      await row('Bench 2').getByRole('button').click();
      await panel().locator('.strip').waitFor();
      await workbench().screenshot(`uptime-station-${name}`, 'dark');
      assert.equal(await panel().locator('html').evaluate(tooWide), 0);
      await panel().getByRole('button', { name: 'All stations' }).click();
    }
    await page.setViewportSize({ width: 1380, height: 900 });
    await workbench().setTheme('light');
  });

  it('shows uptime and utilization by shift, wide and narrow', async () => {
    const { page } = workbench();
    const time_zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    // What this suite did just now is in no shift, whatever the time is.
    const today = (new Date().getDay() + 6) % 7;
    const days = weekdays.filter((_, day) => day !== today && day !== (today + 6) % 7);
    const shift = (name: string, from: string, to: string) => ({ name, days, from, to });
    const planned = [
      shift('Early shift', '06:00', '14:00'),
      shift('Late shift', '14:00', '22:00'),
      shift('Night shift', '22:00', '06:00'),
    ];
    await (
      await bench.api()
    ).call(shifts.setCalendar, {
      params: { id: id('Bench 1') },
      body: { calendar: { time_zone, shifts: planned, holidays: [] } },
    });
    await row('Bench 1').first().getByRole('button').click();
    const table = panel()
      .getByRole('region', { name: /^By shift/ })
      .getByRole('table');
    await table.getByRole('row', { name: /Early shift/ }).waitFor();
    const rows = (await table.getByRole('row').allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim());
    assert.equal(rows[0], 'Shift Uptime Utilization Planned In runs Down Incidents Coverage');
    assert.match(rows[1] ?? '', /^Early shift 99\.\d\d% <1% .* 3 h 2 h 2 \d+%$/);
    assert.match(rows[2] ?? '', /^Late shift 100% 0% .* – – 0 \d+%$/);
    assert.match(rows[3] ?? '', /^Night shift /);
    for (const width of [1380, 660]) {
      await page.setViewportSize({ width, height: 900 });
      await panel().getByText('Utilization is the share').scrollIntoViewIfNeeded();
      for (const theme of checkedThemes) {
        await workbench().screenshot(`uptime-shifts-${width}`, theme);
        if (width === 660) assert.deepEqual(await axeProblems(panel()), [], theme);
      }
      const tooWide = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
      assert.equal(await panel().locator('html').evaluate(tooWide), 0);
    }
    await page.setViewportSize({ width: 1380, height: 900 });
    await workbench().setTheme('light');
  });
});
