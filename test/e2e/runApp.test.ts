import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@modelcontextprotocol/client';
import { after, before, describe, it } from 'mocha';
import type { BrowserContext, FrameLocator, Page } from 'playwright-core';
import * as z from 'zod';
import { runApp } from '../../src/shared/assistant/runApp.ts';
import { assistant } from '../../src/shared/contract/assistantActivity.ts';
import type { NewRunBody } from '../../src/shared/contract/newRuns.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { connectOverHttp, eras } from '../server/assistant/assistantClients.ts';
import { adminKey, useServerProcess } from '../server/bench.ts';
import { areSlowTestsLeftOut } from '../support/slow.ts';
import { AppHostPage } from './support/appHostPage.ts';
import { axeProblems } from './support/axe.ts';
import { openBrowser } from './support/browser.ts';
import { build } from './support/places.ts';
import { richRun } from './support/richRun.ts';
import { eventually } from './support/until.ts';
import { areScreenshotsWanted } from './support/workbench.ts';

const hostile = '<img src=x onerror="document.title=1">';
const link = '[report](command:x) </script><script>document.title=1</script>';

type Phase = NonNullable<NewRunBody['phases']>[number];

/** Colors as VS Code passes them on, in its default themes. */
const looks = {
  light: { theme: 'light', variables: {} },
  dark: { theme: 'dark', variables: {} },
  codeLight: {
    theme: 'light',
    variables: {
      '--color-background-primary': '#ffffff',
      '--color-text-primary': '#3b3b3b',
      '--color-text-secondary': '#3b3b3b',
      '--color-text-danger': '#f85149',
      '--color-text-success': '#388a34',
    },
  },
  codeDark: {
    theme: 'dark',
    variables: {
      '--color-background-primary': '#1f1f1f',
      '--color-text-primary': '#cccccc',
      '--color-text-secondary': '#9d9d9d',
      '--color-text-danger': '#f85149',
      '--color-text-success': '#73c991',
    },
  },
} as const;
const checkedLooks = Object.entries(looks).slice(0, areSlowTestsLeftOut ? 1 : undefined);

describe('the page of a run in the chat of an assistant', function () {
  const bench = useServerProcess();
  const profile = mkdtempSync(join(tmpdir(), 'ts-app-'));
  let context: BrowserContext;
  let page: Page;
  let client: Client;
  let host: AppHostPage;
  let app: FrameLocator;
  let runId: string;
  const requested: string[] = [];

  before(async () => {
    context = await openBrowser(profile);
    page = context.pages()[0] ?? (await context.newPage());
    // Higher than the longest page, because a browser paints nothing below its window.
    await page.setViewportSize({ width: 700, height: 1600 });
    page.on('request', (request) => requested.push(request.url()));
    client = await connectOverHttp(bench.server.url, adminKey, 'legacy');
    host = await AppHostPage.open(page, client);
    ({ app } = host);
    runId = await push({});
  });
  after(async () => {
    await client.close();
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  });

  async function push(changes: Partial<NewRunBody>): Promise<string> {
    const procedure = await bench.procedure(`FVT ${Object.keys(changes).join(' ')}`);
    return (await bench.user.call(runs.create, { body: { ...richRun(procedure), ...changes } })).id;
  }

  async function screenshot(name: string): Promise<void> {
    if (!areScreenshotsWanted) return;
    await mkdir(join(build, 'screenshots'), { recursive: true });
    await host.screenshot(join(build, 'screenshots', `runApp-${name}.png`));
  }

  /** Takes a picture in each checked look, and checks contrast, names and roles. */
  async function looked(name: string): Promise<void> {
    for (const [look, { theme, variables }] of checkedLooks) {
      await host.notify('ui/notifications/host-context-changed', { theme, styles: { variables } });
      await app.locator(`html[data-theme=${theme}]`).waitFor();
      assert.deepEqual(await axeProblems(app), [], `${name} ${look}`);
      await screenshot(`${name}-${look}`);
    }
    await host.resize(320);
    await screenshot(`${name}-narrow`);
    const isTooWide = await app
      .locator('html')
      .evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
    await host.resize(640);
    assert.equal(isTooWide, false, `${name} is too wide`);
  }

  for (const era of eras) {
    it(`is linked by the tool that reads a run, and needs no other file (${era})`, async () => {
      const official = await connectOverHttp(bench.server.url, adminKey, era);
      const { tools } = await official.listTools();
      const linked = tools.filter(({ _meta }) => _meta?.['ui'] !== undefined);
      assert.deepEqual(
        linked.map(({ name, _meta }) => [name, _meta?.['ui']]),
        [['get_run', { resourceUri: runApp.uri }]],
      );
      const { resources } = await official.listResources();
      assert.deepEqual(
        resources.map(({ uri, mimeType, _meta }) => ({ uri, mimeType, _meta })),
        [{ uri: runApp.uri, mimeType: runApp.mimeType, _meta: { ui: { csp: {}, prefersBorder: true } } }],
      );
      const { contents } = await official.readResource({ uri: runApp.uri });
      const [{ mimeType, text }] = z.tuple([z.object({ mimeType: z.string(), text: z.string() })]).parse(contents);
      assert.equal(mimeType, 'text/html;profile=mcp-app');
      assert.match(
        text,
        /content="default-src 'none'; script-src 'sha256-[^' ]+'; style-src 'sha256-[^' ]+'; base-uri/,
      );
      const withoutScript = text.replace(/<script>.*<\/script>/s, '');
      assert.notEqual(withoutScript, text);
      const outside = /<(link|img|iframe|base|script src)\b|@import|url\(|https?:/i.exec(withoutScript);
      assert.equal(outside, null);
      const { data } = await bench.user.call(assistant.activity, { query: { limit: '1' } });
      assert.ok(
        data.every((call) => !call.arguments.includes(runApp.uri)),
        'the page is not recorded',
      );
      await official.close();
    });
  }

  it('shows what failed, and all of the run at a click', async () => {
    await host.show({ run_id: runId });
    await app.getByRole('heading', { name: 'SN-2041' }).waitFor();
    await app.getByText('Failed measurements').waitFor();
    const failed = app.locator('.measured tr:not(.phase) th[scope=row]');
    assert.deepEqual(await failed.allInnerTexts(), ['rail_5v', 'ripple', 'firmware']);
    await looked('failed');

    await app.getByRole('button', { name: 'Show All Phases and Measurements' }).click();
    await app.getByRole('heading', { name: 'Phases', exact: true }).waitFor();
    assert.equal(await failed.count(), 12);
    await app.getByText('attempt 2 of 2').waitFor();
    assert.equal(await app.getByRole('button').count(), 0);
    await looked('whole');
    await eventually(async () => assert.equal((await host.heights()).at(-1), await host.pageHeight()));
  });

  it('shows a run that passed, also from a host that passes only the text on and lets it call nothing', async () => {
    const passed = await push({ outcome: 'PASS', phases: [], metadata: { started_by: 'assistant' } });
    await host.show({ run_id: passed }, { hasTools: false, withoutStructuredContent: true });
    await app.locator('header [data-outcome=PASS]').waitFor();
    assert.equal(await app.getByRole('button').count(), 0);
    await looked('passed');
  });

  it('shows hostile names as text', async () => {
    const at = new Date(Date.UTC(2026, 10, 20)).toISOString();
    const measurements: Phase['measurements'] = [
      { name: hostile, outcome: 'FAIL', measured_value: link, units: hostile },
    ];
    const phase: Phase = { name: link, outcome: 'FAIL', started_at: at, ended_at: at, measurements };
    const id = await push({ serial_number: hostile, phases: [phase] });
    await host.show({ run_id: id }, { theme: 'url(https://example.com/x)' });
    await app.getByRole('heading', { name: hostile }).waitFor();
    for (const text of [hostile, link]) assert.ok((await app.locator('main').innerText()).includes(text), text);
    assert.equal(await app.locator('img, main a, main script').count(), 0);
    assert.equal(await app.locator('html').evaluate('document.title'), 'Run Report');
    await looked('hostile');
  });

  it('says in the language of the host what it cannot show', async () => {
    await host.show({ run_id: 'x' }, { locale: 'de-DE' });
    await app.getByRole('heading', { name: 'Dieser Lauf kann nicht angezeigt werden' }).waitFor();
    await app.getByText('This is not the id of a run: call find_runs').waitFor();
    await host.show({ run_id: runId }, { locale: 'de-DE', timeZone: 'Nowhere/Land' });
    await app.getByText('Nicht bestandene Messungen').waitFor();
    await host.notify('ui/notifications/tool-cancelled', {});
    await app.getByText('Der Aufruf wurde abgebrochen.').waitFor();
  });

  it('ends when the host asks, answers what it does not know, and has requested nothing', async () => {
    assert.deepEqual(await host.ask('ui/resource-teardown'), { result: {} });
    assert.deepEqual(await host.ask('tools/list'), { error: { code: -32601, message: 'Method not found' } });
    assert.deepEqual([...new Set(requested)], [host.url]);
    assert.deepEqual(host.violations, []);
  });
});
