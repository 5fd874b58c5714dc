import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, it } from 'mocha';
import { itSlow } from '../support/slow.ts';
import { createStation } from './support/bench.ts';
import { doctor, doctorTab, pageText } from './support/doctor.ts';
import { extensionHosts } from './support/processes.ts';
import { useSharedBench } from './support/sharedBench.ts';
import { eventually, until } from './support/until.ts';

describe('the Doctor', function () {
  const { bench, workbench } = useSharedBench();
  let key = '';

  before(async () => {
    bench.script('openhtf_fvt1.py');
    const window = workbench();
    await createStation(window, 'Bench 1');
    key = await window.copied(() => window.notification('Station Bench 1 is ready').click('Copy Key'));
    assert.match(key, /^tss_/);
  });

  it('reports the details that a bug report needs', async () => {
    const window = workbench();
    const report = await doctor(window);
    assert.match(report, /^# Test Stations: Doctor\n\n\*\*Everything is fine\.\*\* /);
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
      // The window of other tests may have had errors.
      /- Count: \d+/,
    ]) {
      assert.match(report, expected);
    }
    assert.ok(report.includes(bench.data));
    assert.doesNotMatch(report, /ts[us]_\w/);
    for (const theme of ['light', 'dark', 'hc'] as const) await window.screenshot('doctor', theme);
    assert.equal(await window.copied(() => window.editorAction('Copy Doctor Report')), report);
  });

  it('opens its report as a read-only Markdown page with a preview', async () => {
    const window = workbench();
    await window.statusBarItem('Markdown').waitFor();
    await window.command('Markdown: Open Preview to the Side');
    const preview = window.page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
    await preview.getByText('Everything is fine.').waitFor();
    await window.closeEditor('Preview Test Stations Doctor.md');
    await window.page.locator('.editor-group-container.active .view-lines').click();
    await window.page.keyboard.type('x');
    await window.page.getByText('Cannot edit in read-only editor').first().waitFor();
  });

  it('examines everything again when the command runs again', async () => {
    const window = workbench();
    await window.changeSettings({ 'testStations.codeLens': false });
    await window.command('Test Stations: Doctor');
    await eventually(async () => assert.match(await pageText(window), /- testStations\.codeLens \(user\): false/));
    assert.equal(await doctorTab(window).count(), 1);
  });

  itSlow('leaves keys and the home directory out of its report, even when settings and log contain them', async () => {
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
    assert.match(report, /interpreter ~\/nowhere\/tss_…\/python3 does not work\. Choose another one in the setting/);
    assert.match(report, /testStations\.python \(user\): "~\/nowhere\/tss_…\/python3"/);
    assert.match(report, /\[error\] .*Python could not be started with ~\/nowhere\/tss_…\/python3/);
    assert.match(report, /- Version: not found out: spawn ~\/nowhere\/tss_…\/python3 ENOENT/);
    assert.ok(!report.includes(key), report);
    assert.ok(!report.includes(window.server.home), report);
  });

  itSlow('does not wait for a server that hangs and reports a server that has ended', async () => {
    const window = workbench();
    const { pid } = bench.address();
    process.kill(pid, 'SIGSTOP');
    const hanging = await doctor(window);
    assert.match(
      hanging,
      new RegExp(`\\d\\. The station server \\(process ${pid}\\) does not answer\\. End this process`),
    );
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
      assert.match(dead, /The station server is not running\. Open the Test Stations view/);
      assert.match(dead, new RegExp(`- Process: ${pid}, not running`));
      assert.match(dead, /- Health: does not answer: The server at http:\/\/127\.0\.0\.1:\d+ does not answer/);
    });
    assert.equal(bench.address().pid, pid, 'the Doctor started a server');
  });
});
