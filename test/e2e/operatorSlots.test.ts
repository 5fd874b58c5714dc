import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import { after, before, describe, it } from 'mocha';
import type { BrowserContext, Locator, Page } from 'playwright-core';
import * as z from 'zod';
import { quietMs } from '../../src/webviews/operator/slotFocus.ts';
import { type TestStation, useServerProcess } from '../server/bench.ts';
import { axeProblems } from './support/axe.ts';
import { openBrowser } from './support/browser.ts';
import { build } from './support/places.ts';
import { openOperatorPage, SlotAtWork } from './support/slotAtWork.ts';
import { eventually } from './support/until.ts';
import { areScreenshotsWanted } from './support/workbench.ts';

const slotCount = 4;
const seed = Number(process.env['FOCUS_SEED'] ?? 20_261_129);
const picture =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** Names the slot and the field that the keyboard, and a scanner, writes into. */
const focusedField = `(() => {
  const field = document.activeElement;
  const slot = field?.closest('operator-slot');
  return slot && field.matches('input') ? { slot: slot.number, name: field.name, value: field.value } : null;
})()`;
const fieldSchema = z.object({ slot: z.number(), name: z.string(), value: z.string() }).nullable();

describe('the Operator UI with several slots in a browser', function () {
  const bench = useServerProcess();
  const profile = mkdtempSync(join(tmpdir(), 'ts-slots-'));
  let context: BrowserContext;
  let page: Page;
  let station: TestStation;
  let slots: SlotAtWork[];
  const at = (number: number): SlotAtWork => {
    const found = slots[number - 1];
    assert.ok(found);
    return found;
  };
  const shown = (number: number): Locator => page.getByRole('region', { name: `Slot ${number}`, exact: true });
  const focused = async () => fieldSchema.parse(await page.evaluate(focusedField));
  const isFocused = (slot: number, name: string, value = ''): Promise<void> =>
    eventually(async () => assert.deepEqual(await focused(), { slot, name, value }));
  const scan = async (text: string): Promise<void> => {
    await page.keyboard.type(text);
    await page.keyboard.press('Enter');
  };

  before(async () => {
    context = await openBrowser(profile);
    page = context.pages()[0] ?? (await context.newPage());
    station = await bench.station('Line 4');
    slots = Array.from({ length: slotCount }, (_, index) => new SlotAtWork(station, index + 1, slotCount));
    await openOperatorPage(page, bench.server.url, station);
  });
  after(async () => {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  });

  /** Nothing is wrong for screen readers and contrast, all ids are unique, and nothing is wider than the page. */
  async function looked(name: string): Promise<void> {
    for (const [theme, contrast] of [
      ['light', 'no-preference'],
      ['dark', 'no-preference'],
      ['dark', 'more'],
    ] as const) {
      await page.emulateMedia({ colorScheme: theme, contrast });
      await page.locator(`html[data-theme=${contrast === 'more' ? 'contrast-' : ''}${theme}]`).waitFor();
      assert.deepEqual(await axeProblems(page), [], `${name} ${theme} ${contrast}`);
      if (!areScreenshotsWanted) continue;
      await mkdir(join(build, 'screenshots'), { recursive: true });
      const path = join(build, 'screenshots', `operator-slots-${name}-${theme}-${contrast}.png`);
      await page.screenshot({ path, animations: 'disabled', fullPage: true });
    }
    const ids = z
      .array(z.string())
      .parse(await page.evaluate('[...document.querySelectorAll("[id]")].map(({ id }) => id)'));
    assert.deepEqual(
      ids.filter((id, index) => ids.indexOf(id) !== index),
      [],
      'ids that are used twice',
    );
    for (const width of [1600, 1000, 420]) {
      await page.setViewportSize({ width, height: 800 });
      const tooWide = await page.evaluate(
        'document.documentElement.scrollWidth > document.documentElement.clientWidth',
      );
      assert.equal(tooWide, false, `${name} is too wide for ${width}`);
    }
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.emulateMedia({ colorScheme: 'light', contrast: 'no-preference' });
  }

  it('shows one start form for each slot, and what the station has once', async () => {
    for (const slot of slots) await slot.open(bench.server.url, station.key);
    for (const { number } of slots) await shown(number).getByRole('textbox', { name: 'Serial number' }).waitFor();
    assert.equal(await page.getByRole('region', { name: /^Slot \d$/ }).count(), slotCount);
    assert.equal(await page.getByText('board.py').count(), 1);
    assert.equal(await shown(3).getByRole('textbox').getAttribute('placeholder'), 'Scan, or type; next: SN-300');
    await isFocused(1, 'serial');
    await looked('idle');
  });

  it('starts a test in each slot when units are scanned one after another', async () => {
    for (const { number } of slots) {
      await isFocused(number, 'serial');
      await scan(`SN-${number}`);
      await eventually(() => assert.deepEqual(at(number).starts, [`SN-${number}`]));
    }
    for (const slot of slots) await slot.begin(`SN-${slot.number}`);
    for (const { number } of slots) await shown(number).getByText(`SN-${number}`, { exact: true }).first().waitFor();
  });

  it('shows and announces the verdict of each slot, and what failed', async () => {
    await at(2).end('FAIL');
    await at(3).end('PASS');
    await shown(2).getByLabel('Verdict of slot 2').getByText('FAIL', { exact: true }).waitFor();
    await shown(2).getByLabel('Verdict of slot 2').getByText('SN-2').waitFor();
    await shown(2).getByRole('heading', { name: 'What failed' }).waitFor();
    await shown(3).getByLabel('Verdict of slot 3').getByText('PASS', { exact: true }).waitFor();
    assert.match(await shown(2).getByRole('status').first().innerText(), /^Slot 2: SN-2: FAIL\. 1 failed\.$/);
    assert.equal(await shown(1).getByLabel('Verdict of slot 1').count(), 0);
    await isFocused(2, 'serial');
  });

  it('keeps a half-typed serial number and the focus when another slot asks, and then moves to the prompt', async () => {
    await page.keyboard.type('SN-2');
    const prompt = await at(1).ask('Scan the <b>label</b>', { image_url: picture });
    await shown(1).getByText('Scan the <b>label</b>', { exact: true }).waitFor();
    await wait(quietMs + 200);
    await isFocused(2, 'serial', 'SN-2');
    await scan('1');
    await eventually(() => assert.deepEqual(at(2).starts, ['SN-2', 'SN-21']));
    await isFocused(3, 'serial');
    await looked('mixed');
    await scan('SN-31');
    await eventually(() => assert.deepEqual(at(3).starts, ['SN-3', 'SN-31'])); // a start after `begin` would be refused
    await at(2).begin('SN-21');
    await at(3).begin('SN-31');
    await isFocused(1, 'answer');
    await scan('LB-1');
    await eventually(() => assert.deepEqual([...at(1).answers], [[prompt, 'LB-1']]));
    await at(1).resolve();
  });

  it('refuses a unit that is being tested in another slot, and sends nothing', async () => {
    await at(3).end();
    await isFocused(3, 'serial');
    await scan('SN-21');
    await shown(3).getByRole('alert').getByText('SN-21 is being tested in slot 2.').waitFor();
    await scan('SN-32');
    await eventually(() => assert.deepEqual(at(3).starts, ['SN-3', 'SN-31', 'SN-32']));
    await at(3).begin('SN-32');
  });

  it('moves to the test that has waited longest for an answer when open questions are chosen', async () => {
    await at(3).end();
    await isFocused(3, 'serial');
    await page.keyboard.type('SN-33');
    for (const number of [4, 1]) {
      await at(number).ask(`Question of slot ${number}`);
      await shown(number).getByText(`Question of slot ${number}`, { exact: true }).waitFor();
    }
    await page.getByRole('button', { name: 'Open Questions 2' }).click();
    await isFocused(4, 'answer');
    assert.equal(await shown(3).getByRole('textbox').inputValue(), 'SN-33');
    await at(4).resolve();
    await isFocused(1, 'answer');
    await at(1).resolve();
    await page.getByRole('button', { name: 'Open Questions 0' }).waitFor();
    await shown(3).getByRole('textbox').fill('');
  });

  it('stops the test of one slot after a confirmation that names it', async () => {
    await shown(2).getByRole('button', { name: 'Stop', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Stop the test in slot 2?' });
    await dialog.getByText('SN-21').waitFor();
    await dialog.getByRole('button', { name: 'Stop Test' }).click();
    await shown(2).getByRole('button', { name: 'Stopping…' }).waitFor();
    assert.equal(at(2).requests.filter(({ event: kind }) => kind === 'stop').length, 1);
    for (const number of [1, 3, 4]) {
      assert.equal(
        at(number).requests.some(({ event: kind }) => kind === 'stop'),
        false,
      );
    }
  });

  it('remembers the opened phases and the half-typed text of each slot over a reload', async () => {
    await at(4).end();
    await shown(4).getByText('Phases and log').click();
    await shown(4).getByRole('heading', { name: 'Phases' }).waitFor();
    await shown(4).getByRole('textbox').fill('SN-4');
    await page.reload();
    await shown(4).getByRole('heading', { name: 'Phases' }).waitFor();
    assert.equal(await shown(4).getByRole('textbox').inputValue(), 'SN-4');
    assert.equal(await shown(1).getByRole('heading', { name: 'Phases' }).isVisible(), false);
    await shown(4).getByRole('textbox').fill('');
  });

  it(`sends each scan to the slot in which it was typed, whatever the others do (FOCUS_SEED=${seed})`, async function () {
    this.timeout(180_000);
    for (const slot of slots) if (slot.isRunning) await slot.end();
    await shown(2).getByRole('textbox').click();
    const action = fc.record({
      kind: fc.constantFrom('ask' as const, 'end' as const, 'begin' as const, 'none' as const),
      slot: fc.integer({ min: 1, max: slotCount }),
    });
    const steps = fc.sample(fc.tuple(action, action), { numRuns: 14, seed });
    for (const [index, [earlier, later]] of steps.entries()) {
      await act(earlier, null);
      await wait(quietMs + 200);
      const field = await focused();
      if (field === null) continue; // all slots test, and no test asks
      await page.keyboard.type(`T${index}`);
      await act(later, field.slot);
      await wait(quietMs + 200);
      assert.deepEqual(await focused(), { ...field, value: `T${index}` }, `step ${index}: ${JSON.stringify(later)}`);
      const { starts, answers, prompt } = at(field.slot);
      await page.keyboard.press('Enter');
      if (field.name === 'serial') {
        await eventually(() => assert.equal(at(field.slot).starts.at(-1), `T${index}`));
        assert.equal(at(field.slot).starts.length, starts.length + 1);
        await at(field.slot).begin(`T${index}`);
      } else {
        await eventually(() => assert.equal(at(field.slot).answers.get(prompt ?? ''), `T${index}`));
        assert.equal(answers.has(prompt ?? ''), false);
        await at(field.slot).resolve();
      }
    }
    const sent = slots
      .flatMap(({ starts, answers }) => [...starts, ...answers.values()])
      .filter((text) => text.startsWith('T'));
    assert.ok(sent.length >= 6, `${sent.length} scans were sent`);
    assert.equal(new Set(sent).size, sent.length, 'no scan was sent twice');
  });

  /** Another program acts in a slot, but not in the one whose field is in use. */
  async function act({ kind, slot: number }: { kind: string; slot: number }, inUse: number | null): Promise<void> {
    const slot = at(number);
    if (number === inUse) return;
    if (kind === 'begin' && !slot.isRunning) await slot.begin(slot.starts.at(-1) ?? 'SN');
    else if (kind === 'ask' && slot.isRunning && slot.prompt === null) await slot.ask();
    else if (kind === 'end' && slot.isRunning) await slot.end();
  }
});
