import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { Bench, createStation, python, useBench } from './support/bench.ts';
import { extensionHosts } from './support/processes.ts';
import { eventually, until } from './support/until.ts';
import { useWorkbench } from './support/useWorkbench.ts';
import { Walkthrough } from './support/walkthrough.ts';
import type { Workbench } from './support/workbench.ts';

const themes = ['light', 'dark', 'hc'] as const;

describe('the first five minutes', function () {
  this.timeout(90_000);
  const bench = new Bench();
  const { workbench } = useBench(bench);
  const walkthrough = (): Walkthrough => new Walkthrough(workbench().page);
  const sample = join(bench.workspace, 'test-stations-sample');

  it('are shown by a walkthrough of five steps, when asked for', async () => {
    const window = workbench();
    await window.openEmpty();
    assert.equal(await walkthrough().steps().count(), 0);
    await window.command('Test Stations: Get Started');
    await eventually(async () =>
      assert.deepEqual(await walkthrough().steps().locator('.step-title').allInnerTexts(), [
        'Create a station',
        'Link a procedure',
        'Open a sample script',
        'Run it on the station',
        'See the result',
      ]),
    );
    assert.deepEqual(await walkthrough().done(), []);
    for (const step of ['station', 'procedure', 'script', 'run', 'result']) {
      await walkthrough().show(step);
      await walkthrough().picture(step).waitFor();
      for (const theme of themes) await window.screenshot(`walkthrough-${step}`, theme);
    }
  });

  it('create a station', async () => {
    const window = workbench();
    await walkthrough().click('station', 'Create Station');
    await window.quickInput.opened('Create station');
    await window.quickInput.fill('Bench 1');
    await window.quickInput.accept();
    await window.notification('Station Bench 1 is ready').close();
    await eventually(async () => assert.deepEqual(await walkthrough().done(), ['station']));
  });

  it('link a procedure', async () => {
    const window = workbench();
    await walkthrough().click('procedure', 'Link Procedures');
    await window.quickInput.opened('Link procedure to a station');
    await window.quickInput.pick('Bench 1');
    await window.quickInput.opened('Create procedure (1/2)');
    await window.quickInput.fill('Functional verification');
    await window.quickInput.accept();
    await window.quickInput.opened('Create procedure (2/2)');
    await window.quickInput.fill('FVT1');
    await window.quickInput.accept();
    await eventually(async () => assert.deepEqual(await walkthrough().done(), ['station', 'procedure']));
  });

  it('make the sample workspace, and open its script with the walkthrough beside it', async () => {
    const window = workbench();
    await walkthrough().click('script', 'Open Sample Workspace');
    await chooseParent(window, bench.workspace);
    await window.page.getByRole('tab', { name: 'openhtf_board.py' }).waitFor({ timeout: 60_000 });
    await walkthrough().step('run').locator('.step-description-container').waitFor();
    await eventually(async () => assert.deepEqual(await walkthrough().done(), ['station', 'procedure', 'script']));
    await window.statusBarItem('Bench 1').waitFor();
    for (const name of ['README.md', 'requirements.txt', 'openhtf_fvt1.py']) {
      assert.equal(readFileSync(join(sample, name), 'utf8'), readFileSync(join(samples(), name), 'utf8'));
    }
    for (const theme of themes) await window.screenshot('sample', theme);
  });

  it('run the sample to PASS from beside it', async () => {
    const window = workbench();
    await walkthrough().click('run', 'Run the Open Script');
    await window.quickInput.opened('Operator prompt of openhtf_board.py · Bench 1');
    await eventually(async () => assert.match(await window.quickInput.message(), /Put the board into the fixture/));
    await window.quickInput.accept();
    const saved = window.notification(/SN-0001: PASS.*Saved as a run of FVT1|SN-0001: PASS.*Functional verification/);
    await saved.locator.waitFor();
    await eventually(async () =>
      assert.deepEqual(await walkthrough().done(), ['station', 'procedure', 'script', 'run']),
    );
    const [pushed] = await bench.runs();
    const run = await bench.run(pushed?.id ?? '');
    assert.deepEqual(
      run.phases.flatMap(({ measurements }) => measurements.map(({ name, outcome }) => [name, outcome])),
      [
        ['supply_voltage', 'PASS'],
        ['power_up', 'PASS'],
      ],
    );
    await saved.click('Open Run');
    await window.page.getByRole('tab', { name: /SN-0001 PASS/ }).waitFor();
  });

  it('end with every step done', async () => {
    const window = workbench();
    await window.command('Test Stations: Get Started');
    await eventually(async () =>
      assert.deepEqual(await walkthrough().done(), ['station', 'procedure', 'script', 'run', 'result']),
    );
  });

  it('run the plain sample too', async () => {
    const window = workbench();
    await window.openFile('plain_board.py');
    await window.editorAction('Run Procedure on Station');
    await window.notification(/SN-0002: PASS/).locator.waitFor();
    await window.notification(/SN-0002: PASS/).close();
  });

  it('keep a sample that is there: it is opened, or another is made beside it', async () => {
    const window = workbench();
    writeFileSync(join(sample, 'README.md'), 'mine');
    await window.command('Test Stations: Open Sample Workspace…');
    await chooseParent(window, bench.workspace);
    await eventually(async () => assert.match(await window.dialog.text(), /already a sample workspace/));
    assert.deepEqual((await window.dialog.buttons()).sort(), ['Cancel', 'Make Another', 'Open It']);
    await window.dialog.click('Make Another');
    await eventually(async () => assert.match(await window.dialog.text(), /Where should it open/));
    await window.dialog.click('Cancel');
    assert.equal(readFileSync(join(sample, 'README.md'), 'utf8'), 'mine');
    assert.ok(existsSync(join(`${sample}-2`, 'openhtf_board.py')));
  });
});

describe('the Doctor', function () {
  this.timeout(90_000);
  const bench = new Bench();
  const { workbench } = useBench(bench);
  let key = '';

  before(async () => {
    bench.script('openhtf_seed.py');
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
    for (const theme of themes) await window.screenshot('doctor', theme);
  });

  it('has no key and no home in it, even when they got into settings and log', async () => {
    const window = workbench();
    const broken = join(window.server.home, 'nowhere', key, 'python3');
    await window.changeSettings({ 'testStations.python': broken });
    await bench.linkedProcedure('Bench 1', 'FVT1');
    await window.openFile('openhtf_seed.py');
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
  const workbench = useWorkbench({
    trust: false,
    userSettings: { 'security.workspace.trust.startupPrompt': 'never' },
    machineSettings: { 'testStations.dataFolder': bench.data, 'testStations.python': python() },
  });
  after(() => bench.dispose());

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

const samples = (): string => join(import.meta.dirname, '..', '..', 'samples');

/** Answers the dialog that asks for the parent of the sample's folder. It takes no path before it shows the home folder. */
async function chooseParent(window: Workbench, folder: string): Promise<void> {
  await window.quickInput.opened('Where to make the folder test-stations-sample');
  await eventually(async () => assert.equal(await window.quickInput.value(), `${window.server.home}/`));
  await window.quickInput.row('.local').waitFor();
  await window.quickInput.fill(`${folder}/`);
  await window.quickInput.row('.local').waitFor({ state: 'detached' });
  await window.quickInput.button('Make It Here');
}

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
