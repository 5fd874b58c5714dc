import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'mocha';
import { Bench, createStation, useBench, useUntrustedBench } from './support/bench.ts';
import { extensionHosts } from './support/processes.ts';
import { eventually, until } from './support/until.ts';
import type { Workbench } from './support/workbench.ts';

describe('the Doctor', function () {
  this.timeout(90_000);
  const bench = new Bench();
  const { workbench } = useBench(bench);
  let key = '';

  before(async () => {
    bench.script('openhtf_fvt1.py');
    const window = workbench();
    await window.open(bench.workspace);
    await createStation(window, 'Bench 1');
    await window.notification('Station Bench 1 is ready').click('Copy Key');
    await eventually(async () => {
      key = await window.clipboard();
      assert.match(key, /^tss_/);
    });
  });

  it('reports what a bug report needs', async () => {
    const window = workbench();
    const report = await doctor(window);
    for (const expected of [
      /- Extension: \d+\.\d+\.\d+/,
      /- VS Code: \d+\.\d+\.\d+/,
      /- Node: \d+\./,
      /- Operating system: \w+/,
      /- Window: web/,
      /- Workspace trusted: yes/,
      /- Taken from: testStations\.python/,
      /- Version: 3\.\d+\.\d+/,
      /- openhtf: \d+\.\d+/,
      /- tofupilot: \d+\.\d+/,
      /- Kind: local/,
      /- Address: http:\/\/127\.0\.0\.1:\d+/,
      /- Health: answers, version \d+/,
      /- Capabilities: \w+/,
      /- Database: [\d.]+ [kM]B/,
      /- Free disk space: [\d.]+ [MGT]B/,
      /Last lines of server\.log:/,
      /- Stations: 1/,
      /- Selected: Bench 1/,
      /- Key of the selected station on this machine: yes/,
      /- testStations\.dataFolder \(user\): "/,
      /- Count: 0/,
    ]) {
      assert.match(report, expected);
    }
    assert.ok(report.includes(bench.data));
    assert.doesNotMatch(report, /ts[us]_\w/);
    for (const theme of ['light', 'dark', 'hc'] as const) await window.screenshot('doctor', theme);
  });

  it('has no key and no home in it, even when they got into settings and log', async () => {
    const window = workbench();
    const broken = join(window.server.home, 'nowhere', key, 'python3');
    await window.changeSettings({ 'testStations.python': broken });
    await bench.linkedProcedure('Bench 1', 'FVT1');
    await window.openFile('openhtf_fvt1.py');
    await window.command('Test Stations: Run Procedure on Station');
    await window.notification(/Python could not be started with/).locator.waitFor();
    await eventually(async () =>
      assert.ok((await window.outputChannel('Test Stations')).includes(key), 'the log should have it for this test'),
    );
    const report = await doctor(window);
    assert.match(report, /testStations\.python \(user\): "~\/nowhere\/tss_…\/python3"/);
    assert.match(report, /\[error\] .*Python could not be started with ~\/nowhere\/tss_…\/python3/);
    assert.match(report, /- Version: not found out: spawn ~\/nowhere\/tss_…\/python3 ENOENT/);
    assert.ok(!report.includes(key), report);
    assert.ok(!report.includes(window.server.home), report);
  });

  it('does not wait for a server that hangs, and says of a dead one that it is gone', async () => {
    const window = workbench();
    const { pid } = bench.address();
    process.kill(pid, 'SIGSTOP');
    const hanging = await doctor(window);
    assert.match(hanging, new RegExp(`- Process: ${pid}, running`));
    assert.match(hanging, /- Health: does not answer: no answer within 3 s/);
    assert.match(hanging, /- Stations: 1/);
    assert.match(hanging, /- Key of the selected station on this machine: yes/);
    const before = extensionHosts(window.server.folder);
    await window.openEmpty(); // one that has seen stations, or has a script open, starts a dead server by itself
    await until(() => extensionHosts(window.server.folder).every((each) => !before.includes(each)), {
      what: 'the end of the extension host of the window before',
    });
    process.kill(pid, 'SIGKILL');
    await eventually(async () => {
      const dead = await doctor(window);
      assert.match(dead, new RegExp(`- Process: ${pid}, not running`));
      assert.match(dead, /- Health: does not answer: The server at http:\/\/127\.0\.0\.1:\d+ does not answer/);
    });
    assert.equal(bench.address().pid, pid, 'the Doctor started a server');
  });
});

describe('the Doctor in a folder that is not trusted', function () {
  this.timeout(90_000);
  const bench = new Bench();
  const { workbench } = useUntrustedBench(bench);

  it('starts no Python and no server', async () => {
    const window = workbench();
    await window.open(bench.workspace);
    const report = await doctor(window);
    assert.match(report, /- Interpreter: not looked for: the workspace is not trusted/);
    assert.match(report, /- Address: none: /);
    assert.match(report, /- Stations: never seen by this window/);
    assert.ok(!existsSync(bench.data), 'the data folder was made');
  });
});

/** Runs the Doctor, after closing the report of the time before. @returns the whole report */
async function doctor(window: Workbench): Promise<string> {
  const report = window.page.getByRole('tab', { name: /Test Stations: Doctor/ });
  if ((await report.count()) > 0) {
    await report.click();
    await window.command('View: Revert and Close Editor');
    await report.waitFor({ state: 'detached' });
  }
  await window.page.evaluate("navigator.clipboard.writeText('')");
  await window.command('Test Stations: Doctor');
  await report.waitFor();
  return until(async () => {
    await window.page.locator('.editor-group-container.active .view-lines').click();
    await window.page.keyboard.press('ControlOrMeta+KeyA');
    await window.page.keyboard.press('ControlOrMeta+KeyC');
    const text = await window.clipboard();
    await window.page.keyboard.press('ControlOrMeta+Home');
    return text.startsWith('# Test Stations: Doctor') && text;
  });
}
