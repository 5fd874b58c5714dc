import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'mocha';
import type { BrowserContext, Page } from 'playwright-core';
import { runs } from '../../src/shared/contract/runs.ts';
import { adminKey, useServerProcess } from '../server/bench.ts';
import { pythons } from '../server/pythons.ts';
import { StreamedScript } from '../server/streamedScript.ts';
import { describeSlow } from '../support/slow.ts';
import { openBrowser } from './support/browser.ts';
import { eventually } from './support/until.ts';

describeSlow('the Operator UI page of a script in a terminal', function () {
  const bench = useServerProcess();
  const profile = mkdtempSync(join(tmpdir(), 'ts-page-'));
  const folder = mkdtempSync(join(tmpdir(), 'ts-streamed-'));
  let context: BrowserContext;
  let script: StreamedScript | undefined;

  before(async () => {
    context = await openBrowser(profile);
  });
  after(async () => {
    await script?.kill();
    await context.close();
    for (const each of [profile, folder]) rmSync(each, { recursive: true, force: true });
  });

  /** A tab of its own, with a key: somebody who may answer. */
  async function watcher(link: string, key: string): Promise<Page> {
    const page = await context.newPage();
    await page.goto(link);
    await page.getByRole('button', { name: 'Sign In' }).click();
    await page.getByLabel('Station key or user key').fill(key);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Sign Out' }).waitFor();
    return page;
  }

  it('is at the address that the official client prints, and passes the first of two answers to the test', async () => {
    const procedure = await bench.procedure('Functional test', 'FVT1');
    const station = await bench.station('Bench 1', procedure);
    const ca = String(bench.server.address.ca);
    // The newest official client streams no more: the oldest supported one does.
    script = new StreamedScript(pythons().at(-1) ?? '', bench.server.url, station.key, { folder, ca });
    await script.says(/Access Operator UI: /);
    const link = /http:\/\/[\w.:]+\/operator\/#[-0-9a-f]+\/tsl_[\w-]+/.exec(script.output)?.[0] ?? '';
    const pages = await Promise.all([watcher(link, station.key), watcher(link, adminKey)]);
    for (const page of pages) await page.getByLabel('Answer').waitFor();
    for (const [index, page] of pages.entries()) {
      await page.bringToFront();
      await page.getByLabel('Answer').fill(`colour ${index}`);
    }
    await Promise.all(pages.map((page) => page.keyboard.press('Enter')));
    for (const page of pages) await page.getByLabel('Answer').waitFor({ state: 'detached' });
    // The page whose answer came second says so, whichever it was.
    const told = pages.map((page) => page.getByRole('alert').getByText(/answered (already, by|elsewhere)/));
    await eventually(async () =>
      assert.equal(
        (await Promise.all(told.map((each) => each.count()))).reduce((a, b) => a + b),
        1,
      ),
    );
    for (const page of pages) {
      await page.getByText('3.2 ≤ x ≤ 3.4').waitFor();
      await page.getByText('The test was not started from an editor. Stop it where it runs.').waitFor();
    }
    script.goOn();
    for (const page of pages) await page.getByLabel('Verdict').getByText('PASS', { exact: true }).waitFor();
    assert.equal(await script.ended(), 0);
    const { data } = await bench.user.call(runs.list, { query: { created_by_station_ids: station.id } });
    assert.equal(data.length, 1);
    const run = await bench.user.call(runs.get, { params: { id: data[0]?.id ?? '' } });
    const answer = run.phases.flatMap(({ measurements }) => measurements).find(({ name }) => name === 'answer');
    assert.match(String(answer?.measured_value), /^colour [01]$/);
  });
});
