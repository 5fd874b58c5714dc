import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import type { FrameLocator, Locator } from 'playwright-core';
import { run as runSchema, runs } from '../../src/shared/contract/runs.ts';
import { itSlow } from '../support/slow.ts';
import { axeProblems } from './support/axe.ts';
import { createStation, saveAs, saveAsBytes } from './support/bench.ts';
import { readPdf } from './support/pdf.ts';
import { attach, importFailure, largeRun, richRun, stationClient } from './support/richRun.ts';
import { useSharedBench } from './support/sharedBench.ts';
import { isKept } from './support/storage.ts';
import { textOf } from './support/text.ts';
import { eventually } from './support/until.ts';
import { checkedThemes } from './support/workbench.ts';

const script = `import time

def wait_for_meter(test):
    time.sleep(1)

def measure(test, meter):
    print("measuring")
`;
const picture =
  '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="120"><rect width="200" height="120" fill="teal"/></svg>';

describe('the run report', function () {
  const { bench, workbench } = useSharedBench();
  let id = '';
  const report = (): FrameLocator => workbench().webview();
  const row = (name: string): Locator => report().locator('.measurement', { hasText: name });
  const names = (): Promise<string[]> => report().locator('.measurement:not(.made-of) > .name').allInnerTexts();
  const saved = (name: RegExp): Promise<string> => saveAs(workbench(), bench, name);

  before(async () => {
    const window = workbench();
    bench.write('measure_board.py', script);
    await createStation(window, 'Bench 1');
    await window.notification('Station Bench 1 is ready').close();
    await window.openContainer('Test Stations');
    const { client, procedure } = await stationClient(bench, 'Bench 1');
    ({ id } = await client.call(runs.create, { body: richRun(procedure) }));
    await attach(client, id, 'front.svg', 'image/svg+xml', picture);
    await attach(client, id, '../../notes.txt', 'text/plain', 'hello bench');
    await client.call(runs.create, { body: largeRun(procedure) });
    await importFailure(client, '/home/ada/bench/measure_board.py');
  });

  it('opens a run from the Runs view with verdict, unit, procedure, station, operator and times', async () => {
    const window = workbench();
    await window.tree('Runs').row('SN-2041').click();
    await window.page.getByRole('tab', { name: 'SN-2041 FAIL' }).waitFor();
    const title = report().getByRole('heading', { level: 1 });
    await title.waitFor();
    assert.match(await title.innerText(), /FAIL\s*SN-2041/);
    const facts = await report().locator('.facts > div').allInnerTexts();
    for (const fact of ['PCBA02', 'C', 'B-7', 'FVT1 · 1.0.3', 'Bench 1', 'ada@example.com', '9.4 s', 'F-12', id])
      assert.ok(
        facts.some((each) => each.endsWith(`\n${fact}`)),
        `${fact} in ${facts.join(' | ')}`,
      );
    await workbench().screenshots('report');
  });

  it('shows phases on a time axis and distinguishes attempts, skipped and failed phases', async () => {
    const phases = report().locator('.phase');
    const texts = (await phases.allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim());
    assert.deepEqual(texts, [
      'FAIL wait_for_meter attempt 1 of 2 800 ms begins after 100 ms',
      'PASS wait_for_meter attempt 2 of 2 550 ms begins after 950 ms',
      'FAIL measure 2.6 s begins after 1.6 s',
      'PASS sweep 4.7 s begins after 4.3 s',
      'SKIP burn_in 0 s begins after 9 s',
      'ERROR power_off 300 ms begins after 9.05 s',
    ]);
    const shapes = await Promise.all(
      (await phases.locator('.outcome .codicon').all()).map((each) => each.getAttribute('class')),
    );
    assert.equal(new Set(shapes).size, 4, shapes.join());
    const boxes = await Promise.all((await phases.locator('.bar').all()).map((bar) => bar.boundingBox()));
    const starts = boxes.map((box) => box?.x ?? NaN);
    assert.deepEqual(
      starts,
      starts.toSorted((a, b) => a - b),
    );
    assert.ok((boxes[3]?.width ?? 0) > 1.5 * (boxes[2]?.width ?? Infinity), 'sweep took longer than measure');
  });

  it('shows measurements with value, unit, limits and the place between the limits', async () => {
    assert.equal(await textOf(row('rail_3v3')), 'PASS rail_3v3 At the test point TP4. 3.3 V 3.2 ≤ x ≤ 3.4');
    assert.equal(await textOf(row('rail_5v')), 'FAIL rail_5v 5.31 V 4.8 ≤ x ≤ 5.2');
    assert.equal(await textOf(row('quiescent')), 'PASS quiescent marginal 1.95 µA x ≤ 2');
    assert.equal(await textOf(row('<b>never</b>')), 'UNSET <b>never</b> not measured');
    assert.equal(await textOf(row('max of step_response')), 'PASS max of step_response 4.17 V');
    const mark = (name: string): Promise<string | null> => row(name).getByRole('img').getAttribute('aria-label');
    assert.equal(await mark('rail_3v3'), '50 percent of the way from the lower to the upper limit');
    assert.equal(await mark('rail_5v'), 'above the upper limit');
    assert.equal(await mark('insulation'), 'within the limits');
    await report()
      .getByRole('button', { name: /^Measurements/ })
      .click();
    await workbench().screenshots('report-measurements');
  });

  it('plots curves with crosshair, zoom and reset when they become visible', async () => {
    const plot = report().locator('curve-plot').first();
    await plot.scrollIntoViewIfNeeded();
    await plot.locator('canvas').waitFor();
    const canvas = plot.locator('.canvas');
    const told = /^step_response: 500 points\. output \(V\) from 2\.\d+ to 4\.\d+ over time \(ms\) from 0 to 4\.99\.$/;
    await eventually(async () => assert.match((await canvas.getAttribute('aria-label')) ?? '', told));
    const reading = plot.locator('.reading');
    const reset = plot.getByRole('button', { name: 'Reset zoom' });
    const isReset = (): Promise<void> => eventually(async () => assert.ok(await reset.isDisabled()));
    const isZoomed = (): Promise<void> => eventually(async () => assert.ok(await reset.isEnabled()));
    await isReset();
    await plot.locator('.u-over').hover();
    await eventually(async () => assert.match(await reading.innerText(), /^time \S+ ms · output \S+ V$/));
    await workbench().screenshots('report-plot');
    await canvas.press('+');
    await isZoomed();
    await canvas.press('0');
    await isReset();
    await dragOver(plot.locator('.u-over'));
    await isZoomed();
    const before = await reading.innerText();
    await canvas.press('ArrowRight');
    await eventually(async () => assert.notEqual(await reading.innerText(), before));
    await plot.locator('.u-over').dblclick();
    await isReset();
  });

  it('shows images and opens and saves attachments with any name', async () => {
    const window = workbench();
    const image = report().getByRole('img', { name: 'Open front.svg' });
    await image.scrollIntoViewIfNeeded();
    await eventually(async () => assert.equal((await image.boundingBox())?.width, 200));
    await workbench().screenshots('report-attachments');
    await report().getByRole('button', { name: 'Open ../../notes.txt' }).click();
    await window.page.getByRole('tab', { name: 'notes.txt' }).waitFor();
    await window.page.locator('.editor-instance', { hasText: 'hello bench' }).waitFor();
    await window.closeEditor('notes.txt');
    await report().getByRole('button', { name: 'Save ../../notes.txt as…' }).click();
    assert.equal(await saved(/^notes\.txt$/), 'hello bench');
  });

  it('filters the logs by level and text and shows them literally', async () => {
    const lines = report().locator('.logs .message');
    assert.equal((await lines.allInnerTexts())[3], '<img src=x onerror=alert(1)>');
    await report().getByRole('textbox', { name: 'Filter logs by text' }).fill('RAIL');
    await eventually(async () =>
      assert.deepEqual(await lines.allInnerTexts(), ['Rail is warm', 'rail_5v is out of its limits\nsecond line']),
    );
    await report().getByRole('combobox', { name: 'Lowest level' }).click();
    await report().getByRole('option', { name: 'ERROR' }).click();
    await eventually(async () => assert.equal(await lines.count(), 1));
    await workbench().screenshots('report-logs');
  });

  it('opens the source of a phase and of a log line in the workspace', async () => {
    const window = workbench();
    const sources = report().getByRole('button', { name: /^Go to the source/ });
    await eventually(async () => assert.equal(await sources.count(), 3));
    await report().getByRole('button', { name: 'Go to the source of measure' }).click();
    await window.statusBarItem('Ln 6').waitFor();
    await window.closeEditor('measure_board.py');
    await report().getByRole('button', { name: 'measure_board.py:21' }).click();
    await window.page.getByRole('tab', { name: 'measure_board.py' }).waitFor();
    await window.closeEditor('measure_board.py');
    await report().getByText('SN-2041').first().waitFor();
  });

  it('shows only failed measurements on request', async () => {
    await report().getByText('Failed only (3)').click();
    await eventually(async () => assert.deepEqual(await names(), ['rail_5v', 'ripple', 'firmware']));
    await report().getByRole('textbox', { name: 'Filter measurements by name' }).fill('RI');
    await eventually(async () => assert.deepEqual(await names(), ['ripple']));
    await report().getByRole('textbox', { name: 'Filter measurements by name' }).fill('');
    await eventually(async () => assert.equal((await names()).length, 3));
  });

  it('exports the run as JSON, HTML and JUnit XML, and its measurements as CSV', async () => {
    const exportAs = async (format: string): Promise<void> => {
      await report().getByRole('button', { name: 'Export…' }).click();
      await workbench().quickInput.pick(format);
    };
    await exportAs('Whole run as JSON');
    const json = await saved(/^SN-2041 FVT1 2026-11-20T09-30-00\.json$/);
    const run = runSchema.parse(JSON.parse(json));
    assert.equal(run.id, id);
    assert.equal(run.phases[3]?.measurements[0]?.data_series?.[0]?.data.length, 500);
    assert.doesNotMatch(json, /signature=/);
    await exportAs('Report as HTML');
    const html = await saved(/^SN-2041 FVT1 2026-11-20T09-30-00\.html$/);
    assert.match(html, /rail_5v.+FAIL.+5\.31.+4\.8 ≤ x ≤ 5\.2/);
    assert.match(html, /<polyline points="/);
    assert.match(html, /<img src="data:image\/svg\+xml;base64,/);
    assert.match(html, /<code>[0-9a-f]{64}<\/code>/);
    assert.doesNotMatch(html, /<script|signature=/);
    await exportAs('JUnit XML');
    const xml = await saved(/^SN-2041 FVT1 2026-11-20T09-30-00\.xml$/);
    assert.match(xml, /<failure type="FAIL" message="rail_5v: 5\.31 V, limits 4\.8 ≤ x ≤ 5\.2, FAIL">/);
    await exportAs('Measurements as CSV');
    const lines = (await saved(/^SN-2041 FVT1 .*\.csv$/)).split('\r\n');
    const begin = `${id},SN-2041,measure,1,true`;
    assert.match(
      lines[0] ?? '',
      /^\uFEFFrun_id,serial_number,phase,attempt,is_last_attempt,measurement,outcome,value,/,
    );
    assert.ok(lines.includes(`${begin},rail_5v,FAIL,5.31,,V,4.8,5.2,4.8 ≤ x ≤ 5.2`), lines.join('\n'));
    const quoted = `${begin},firmware,FAIL,,"'=1.1.9 ""beta""",`;
    assert.ok(
      lines.some((line) => line.startsWith(quoted)),
      lines.join('\n'),
    );
  });

  it('exports the run as PDF, printed by an installed browser', async () => {
    await report().getByRole('button', { name: 'Export…' }).click();
    await workbench().quickInput.pick('Report as PDF');
    const pdf = await saveAsBytes(workbench(), bench, /^SN-2041 FVT1 2026-11-20T09-30-00\.pdf$/);
    const { pages } = await readPdf(pdf);
    const text = pages.join(' ');
    for (const part of [
      'rail_5v FAIL 5.31 V 4.8 ≤ x ≤ 5.2',
      '812 MΩ',
      'output (V)',
      'front.svg',
      '<img src=x onerror=',
    ]) {
      assert.ok(text.includes(part), `${part} in ${text}`);
    }
    assert.match(pages[1] ?? '', /SN-2041 · FAIL.*FVT1|FVT1.*SN-2041 · FAIL/);
    for (const [index, page] of pages.entries()) {
      assert.match(page, new RegExp(`${index + 1} / ${pages.length}`));
    }
  });

  it('restores the panel after a reload of the window', async () => {
    const window = workbench();
    await isKept(window.page, /failedOnly\W+true\W+name\W+level/);
    await window.reload();
    await window.page.getByRole('tab', { name: 'SN-2041 FAIL' }).waitFor();
    await eventually(async () => assert.deepEqual(await names(), ['rail_5v', 'ripple', 'firmware']));
    await eventually(async () => assert.equal(await report().locator('.logs .message').count(), 1));
    await report().getByText('Failed only (3)').click();
    await eventually(async () => assert.equal((await names()).length, 11));
  });

  it('has no accessibility violations in any theme', async () => {
    for (const theme of checkedThemes) {
      await workbench().setTheme(theme);
      assert.deepEqual(await axeProblems(report()), [], theme);
    }
    await workbench().setTheme('light');
  });

  it('fits into a narrow window', async () => {
    const { page } = workbench();
    await page.setViewportSize({ width: 860, height: 1000 });
    await report()
      .getByRole('button', { name: /^Phases/ })
      .click();
    await workbench().screenshots('report-narrow');
    const tooWide = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
    assert.equal(await report().locator('html').evaluate(tooWide), 0);
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  itSlow('shows 2,000 measurements, 100,000 points and 5,000 log lines in one panel per run', async () => {
    const window = workbench();
    await window.openContainer('Test Stations');
    await window.tree('Runs').row('SN-LARGE').click();
    await report().getByRole('button', { name: 'Measurements 2,001' }).waitFor();
    await eventually(async () => assert.equal((await names()).length, 2001));
    await report().getByText('channel_9_199').scrollIntoViewIfNeeded();
    const plot = report().locator('curve-plot');
    await plot.scrollIntoViewIfNeeded();
    await plot.locator('canvas').waitFor();
    await eventually(async () => assert.equal(await report().locator('.logs li').count(), 500));
    await report().getByRole('button', { name: 'Show more (4500 left)' }).click();
    await eventually(async () => assert.equal(await report().locator('.logs li').count(), 1000));
    await window.tree('Runs').row('SN-2041').click();
    await window.page.getByRole('tab', { name: 'SN-2041 FAIL', selected: true }).waitFor();
    assert.equal(await window.page.getByRole('tab', { name: /SN-2041/ }).count(), 1);
  });

  it('shows the reasons of the outcome with their lines, and the diagnoses', async () => {
    const window = workbench();
    await window.tree('Runs').row('SN-RAISED').click();
    const findings = report().getByRole('region', { name: 'Errors and diagnoses' });
    await findings.waitFor();
    const texts = (await findings.getByRole('listitem').allInnerTexts()).map((each) =>
      each.replace(/\s+/g, ' ').trim(),
    );
    assert.deepEqual(texts, [
      'measure · ValueError The supply gives 0.02 V. Check the fuse. measure_board.py:7',
      'measure · Diagnosis U7: supply_shorted The supply is shorted.',
      'Diagnosis fixture_worn The pins of the fixture are worn.',
    ]);
    await window.screenshots('report-findings');
  });

  itSlow('reports a deleted run and loads it again on request', async () => {
    const window = workbench();
    await (await bench.api()).call(runs.delete, { query: { ids: [id] } });
    await window.reload();
    await window.page.getByRole('tab', { name: 'SN-2041 FAIL' }).click();
    const sentence = report().getByText('The server has no such run. It was deleted, or it is in another data folder.');
    await sentence.waitFor();
    await workbench().screenshots('report-deleted');
    await report().getByRole('button', { name: 'Try again' }).click();
    await sentence.waitFor();
  });
});

/** Drags over the middle third. */
async function dragOver(area: Locator): Promise<void> {
  const { width, height } = (await area.boundingBox()) ?? { width: 0, height: 0 };
  await area.dragTo(area, {
    sourcePosition: { x: width / 3, y: height / 2 },
    targetPosition: { x: (2 * width) / 3, y: height / 2 },
  });
}
