import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import type { BrowserContext, Locator, Page } from 'playwright-core';
import * as z from 'zod';
import { type TestStation, useServerProcess } from '../server/bench.ts';
import { axeProblems } from './support/axe.ts';
import { openBrowser } from './support/browser.ts';
import { build } from './support/places.ts';
import { openOperatorPage, SlotAtWork } from './support/slotAtWork.ts';
import { eventually } from './support/until.ts';
import { areScreenshotsWanted } from './support/workbench.ts';

const slotCount = 16;
const screens = { laptop: [1280, 800], monitor: [1920, 1080], panel: [420, 800] } as const;
const looks = [
  ['light', 'no-preference'],
  ['dark', 'no-preference'],
  ['dark', 'more'],
] as const;
const focusedSlot = "document.activeElement?.closest('operator-slot')?.number ?? null";

describe('the Operator UI with 16 slots in a browser', function () {
  const bench = useServerProcess();
  const profile = mkdtempSync(join(tmpdir(), 'ts-many-slots-'));
  let context: BrowserContext;
  let page: Page;
  let station: TestStation;
  let slots: SlotAtWork[];
  const at = (number: number): SlotAtWork => slots[number - 1] ?? assert.fail();
  const shown = (number: number): Locator => page.getByRole('region', { name: `Slot ${number}`, exact: true });
  const verdict = (number: number): Locator => shown(number).getByLabel(`Verdict of slot ${number}`);

  before(async () => {
    context = await openBrowser(profile);
    page = context.pages()[0] ?? (await context.newPage());
    station = await bench.station('Line 4');
    slots = Array.from({ length: slotCount }, (_, index) => new SlotAtWork(station, index + 1, slotCount));
    await openOperatorPage(page, bench.server.url, station);
    for (const slot of slots) await slot.open(bench.server.url, station.key);
    await shown(slotCount).waitFor();
  });
  after(async () => {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  });

  async function resize(name: keyof typeof screens): Promise<void> {
    const [width, height] = screens[name];
    await page.setViewportSize({ width, height });
    await page.evaluate('window.scrollTo(0, 0)');
  }

  /** Nothing is wrong for screen readers and contrast, and nothing is wider than the page. */
  async function looked(name: string): Promise<void> {
    for (const screen of ['laptop', 'monitor', 'panel'] as const) {
      await resize(screen);
      for (const [theme, contrast] of looks) {
        await page.emulateMedia({ colorScheme: theme, contrast });
        await page.locator(`html[data-theme=${contrast === 'more' ? 'contrast-' : ''}${theme}]`).waitFor();
        if (screen === 'laptop') assert.deepEqual(await axeProblems(page), [], `${name} ${theme} ${contrast}`);
        if (!areScreenshotsWanted) continue;
        await mkdir(join(build, 'screenshots'), { recursive: true });
        const path = join(build, 'screenshots', `operator-16-${name}-${screen}-${theme}-${contrast}.png`);
        await page.screenshot({ path, animations: 'disabled' });
      }
      const isTooWide = await page.evaluate(
        'document.documentElement.scrollWidth > document.documentElement.clientWidth',
      );
      assert.equal(isTooWide, false, `${name} is too wide on the ${screen}`);
    }
    await resize('laptop');
    await page.emulateMedia({ colorScheme: 'light', contrast: 'no-preference' });
  }

  async function assertInSight(part: Locator, what: string): Promise<void> {
    const box = await part.boundingBox();
    const height = page.viewportSize()?.height ?? 0;
    assert.ok(box && box.y >= 0 && box.y + box.height <= height, `${what}: ${JSON.stringify(box)} of ${height}`);
  }

  it('shows all serial number fields at once on a small screen', async () => {
    for (const { number } of slots) await assertInSight(shown(number).getByRole('textbox'), `slot ${number}`);
    await looked('idle');
  });

  it('shows all verdicts at once on a small and on a large screen', async () => {
    for (const slot of slots) await slot.begin(`SN-2026-${1000 + slot.number}`);
    for (const slot of slots) await slot.end(slot.number % 3 === 0 ? 'FAIL' : 'PASS');
    for (const { number } of slots) await verdict(number).waitFor();
    for (const screen of ['laptop', 'monitor'] as const) {
      await resize(screen);
      for (const { number } of slots) await assertInSight(verdict(number), `slot ${number} on the ${screen}`);
    }
    await looked('verdicts');
  });

  it('shows the state of each slot in the title bar of a narrow panel, as a way to it', async () => {
    for (const number of [5, 6]) await at(number).begin(`SN-2026-${2000 + number}`);
    await at(6).ask('Does the green LED light up?');
    await resize('panel');
    const strip = page.getByRole('navigation', { name: 'Slots' });
    await strip.getByRole('button', { name: 'Slot 6: asks' }).waitFor();
    for (const [number, words] of [
      [1, 'PASS'],
      [3, 'FAIL'],
      [5, 'running'],
      [16, 'PASS'],
    ] as const) {
      // prettier-ignore
      await assertInSight(strip.getByRole('button', { name: `Slot ${number}: ${words}`, exact: true }), `slot ${number}`);
    }
    await strip.getByRole('button', { name: 'Slot 16: PASS' }).click();
    await eventually(async () =>
      assert.equal(
        z
          .number()
          .nullable()
          .parse(await page.evaluate(focusedSlot)),
        16,
      ),
    );
    await assertInSight(verdict(16), 'slot 16');
    await strip.getByRole('button', { name: 'Slot 6: asks' }).click();
    await eventually(async () =>
      assert.equal(
        z
          .number()
          .nullable()
          .parse(await page.evaluate(focusedSlot)),
        6,
      ),
    );
    await assertInSight(shown(6).getByText('Does the green LED light up?', { exact: true }), 'the question');
  });

  it('keeps a prompt large', async () => {
    for (const number of [1, 2, 9, 12]) await at(number).begin(`SN-2026-${3000 + number}`);
    await looked('prompt');
    const size = z
      .number()
      .parse(await page.evaluate("parseFloat(getComputedStyle(document.querySelector('.question')).fontSize)"));
    assert.ok(size >= 16, `${size} px`);
  });
});
