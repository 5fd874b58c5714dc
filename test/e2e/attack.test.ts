import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'mocha';
import type { BrowserContext } from 'playwright-core';
import * as z from 'zod';
import { StationApi } from '../../src/extension/client/stationApi.ts';
import { local } from '../../src/shared/contract/local.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { describeSlow } from '../support/slow.ts';
import { Bench, createStation, useBench } from './support/bench.ts';
import { openBrowser } from './support/browser.ts';
import { inItsOrder, nothingIsTurned, turning } from './support/turned.ts';

/** What a page of another origin can try against a server on this machine. @param url of the server */
const attack = (url: string): string => `(async () => {
  const results = {};
  const attempt = async (name, work) => {
    results[name] = await work().then((seen) => 'read: ' + seen, () => 'nothing');
  };
  const json = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"name":"Evil"}' };
  const read = (path, options) => async () => (await fetch('${url}' + path, options)).text();
  await attempt('health', read('/api/local/health'));
  await attempt('stations', read('/api/v2/stations', { credentials: 'include' }));
  await attempt('create', read('/api/v2/stations', json));
  await attempt('text', read('/api/v2/stations', { method: 'POST', body: '{"name":"Evil"}' }));
  const call = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"create_station","arguments":{"name":"Evil"}}}';
  await attempt('assistant', read('/mcp', { ...json, body: call }));
  await attempt('assistant text', read('/mcp', { method: 'POST', body: call }));
  await attempt('assistant key', read('/mcp', { ...json, body: call, headers: { ...json.headers, Authorization: 'Bearer x' } }));
  await attempt('beacon', async () => {
    navigator.sendBeacon('${url}/api/v2/stations', '{"name":"Evil"}');
    throw new Error('it answers nothing');
  });
  await attempt('blind', async () => {
    const answer = await fetch('${url}/api/v2/stations', { method: 'POST', mode: 'no-cors', body: '{"name":"Evil"}' });
    if (answer.type !== 'opaque' || (await answer.text()) !== '') return 'content';
    throw new Error('opaque');
  });
  await attempt('events', () => new Promise((done, fail) => {
    const source = new EventSource('${url}/api/local/events');
    source.onmessage = () => done('an event');
    source.onerror = () => { source.close(); fail(); };
  }));
  await attempt('socket', () => new Promise((done, fail) => {
    const socket = new WebSocket('${url.replace('http', 'ws')}/api/local/events');
    socket.onopen = () => done('open');
    socket.onerror = () => fail();
  }));
  await attempt('script', () => new Promise((done, fail) => {
    const script = document.createElement('script');
    script.src = '${url}/api/local/health';
    script.onload = () => done('a script');
    script.onerror = () => fail();
    document.head.append(script);
  }));
  return results;
})()`;

describeSlow('an attacker', function () {
  const bench = new Bench();
  const { workbench } = useBench(bench);
  let browser: BrowserContext;
  let site: Server;
  const profile = mkdtempSync(join(tmpdir(), 'ts-attack-'));

  before(async () => {
    mkdirSync(join(bench.workspace, '.vscode'));
    // What a repository could bring along: another interpreter, another server's data, which would answer with its own keys.
    bench.write('evil.sh', '#!/bin/sh\ntouch "$(dirname "$0")/was-run"\n');
    bench.write(
      '.vscode/settings.json',
      JSON.stringify({
        'testStations.python': join(bench.workspace, 'evil.sh'),
        'testStations.dataFolder': join(bench.workspace, 'evil-data'),
      }),
    );
    bench.script('openhtf_fvt1.py');
    await workbench().open(bench.workspace);
    await createStation(workbench(), 'Bench 1');
    await bench.linkedProcedure('Bench 1', 'FVT1');
    site = createServer((_, answer) => answer.setHeader('Content-Type', 'text/html').end('<title>evil</title>'));
    await new Promise<void>((done) => site.listen(0, '127.0.0.1', done));
    browser = await openBrowser(profile);
  });
  after(async () => {
    await browser.close();
    site.close();
    rmSync(profile, { recursive: true, force: true });
  });

  it('reads and changes nothing with a web page in the user’s browser', async () => {
    const address = site.address();
    assert.ok(typeof address === 'object' && address !== null);
    const page = await browser.newPage();
    await page.goto(`http://localhost:${address.port}/`);
    const results = z.record(z.string(), z.string()).parse(await page.evaluate(attack(bench.address().url)));
    assert.equal(Object.keys(results).length, 12);
    for (const [way, result] of Object.entries(results)) assert.equal(result, 'nothing', way);
    const { data } = await (await bench.api()).call(stations.list);
    assert.deepEqual(
      data.map(({ name }) => name),
      ['Bench 1'],
    );
  });

  it('chooses neither the interpreter nor the server with settings of a workspace', async () => {
    const window = workbench();
    await window.openFile('openhtf_fvt1.py');
    await window.command('Test Stations: Run Procedure on Station');
    await window.notification(/SN-0001: PASS\..*Saved as a run of FVT1/).close();
    assert.equal((await bench.runs()).length, 1);
    for (const name of ['was-run', 'evil-data']) assert.ok(!existsSync(join(bench.workspace, name)), name);
  });

  it('gets markup in names shown as text', async () => {
    const window = workbench();
    const evil = '<img src=x onerror="document.title=1">';
    const api = await bench.api();
    const id = await bench.stationId('Bench 1');
    await bench.linkedProcedure('Bench 1', 'EVIL');
    const { api_key } = await api.call(local.generateKey, { params: { id } });
    await new StationApi(bench.address().url, api_key).call(v1.createRun, { body: hostileRun(evil) });
    await api.call(stations.update, { params: { id }, body: { name: evil } });
    await window.openContainer('Test Stations');
    await window.tree('Stations').row(evil).locator.waitFor();
    await window.tree('Runs').row(evil).click();
    const report = window.webview();
    await report.locator('.measurements').getByText(evil).first().waitFor();
    for (const part of ['.logs', '.timeline']) await report.locator(part).getByText(evil).first().waitFor();
    assert.equal(await report.locator('img').count(), 0);
    assert.equal(await window.page.locator('img[src="x"]').count(), 0);
    await window.screenshot('hostile', 'dark');
  });

  it('gets links, icons and direction overrides in names shown as text in their order', async () => {
    const window = workbench();
    const api = await bench.api();
    const id = (await api.call(stations.list)).data[0]?.id ?? assert.fail();
    const name = '[Quit](command:workbench.action.quit)$(bug)\u202e\u001b[31m';
    await api.call(stations.update, { params: { id }, body: { name } });
    await window.openContainer('Test Stations');
    const shown = '[Quit](command:workbench.action.quit)$(bug) [31m';
    await window.tree('Stations').row(shown).locator.waitFor();
    await window.openFile('openhtf_fvt1.py');
    await window.command('Test Stations: Run Procedure on Station');
    // Saved, or without a key: both name the station.
    const message = window.notification(/Quit/);
    await message.locator.waitFor();
    assert.equal(await message.locator.locator('.notification-list-item-message a').count(), 0);
    assert.ok((await message.text()).replaceAll('\u200b', '').includes('[Quit](command:workbench.action.quit)'));
    await message.close();
    await window.command('Test Stations: Select Station');
    const row = window.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: '[Quit]' });
    await row.waitFor();
    assert.equal(await row.locator('.codicon-bug').count(), 0);
    await row.click();
    const status = window.page.locator('.statusbar-item').filter({ hasText: '[Quit]' });
    await status.waitFor();
    assert.equal(await status.locator('.codicon-bug').count(), 0);
    const texts = await window.page
      .locator('.monaco-list-row, .statusbar-item, .notification-list-item')
      .allTextContents();
    for (const text of texts) assert.ok(!text.includes('\u202e') && !text.includes('\u001b'), text);
    await window.screenshot('hostile-names', 'dark');
  });

  it('cannot reorder the text beside a name with direction overrides in a page', async () => {
    const window = workbench();
    const api = await bench.api();
    const id = (await api.call(stations.list)).data[0]?.id ?? assert.fail();
    await api.call(stations.update, { params: { id }, body: { name: turning } });
    const { api_key } = await api.call(local.generateKey, { params: { id } });
    await new StationApi(bench.address().url, api_key).call(v1.createRun, { body: hostileRun(turning) });
    await window.openContainer('Test Stations');
    await window.tree('Runs').row(inItsOrder).click();
    await window.webview().locator('.logs').getByText(inItsOrder).first().waitFor();
    await nothingIsTurned(window.webview(), inItsOrder, 10);
    await window.page.getByRole('tab', { name: `${inItsOrder} FAIL`, selected: true }).waitFor();
    await window.screenshot('turning-names', 'dark');
    await window.command('Test Stations: Open Uptime');
    await window.webview().getByText(inItsOrder).first().waitFor();
    await nothingIsTurned(window.webview(), inItsOrder, 1);
  });
});

const hostileRun = (evil: string): V1RunBody => ({
  unit_under_test: { serial_number: evil, part_number: evil },
  run_passed: false,
  procedure_id: 'EVIL',
  phases: [
    {
      name: evil,
      outcome: 'FAIL',
      start_time_millis: 1_767_323_045_000,
      end_time_millis: 1_767_323_046_000,
      measurements: ['V', evil].map((units) => ({
        name: evil,
        outcome: 'FAIL',
        measured_value: evil,
        units,
        docstring: evil,
      })),
    },
  ],
  logs: [{ level: 'ERROR', timestamp: '2026-01-02T03:04:05Z', message: evil, source_file: evil, line_number: 1 }],
});
type V1RunBody = z.input<typeof v1.createRun.body>;
