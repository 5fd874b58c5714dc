import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { it } from 'mocha';
import { runnerEnvironment } from '../../src/shared/contract/runner.ts';
import { Host, type Options } from './support/host.ts';
import { scriptFolder, withNewestPython } from './support/script.ts';

const variables = `*** Variables ***
\${PROCEDURE_ID}    FVT1
\${SERIAL_NUMBER}    SN1
\${PART_NUMBER}    P1

`;

const library = `import os, pathlib, sys, time
def leave():
    sys.exit(0)
def die():
    os._exit(0)
def die_when_saved(text):
    while not any(text in body.read_text() for body in pathlib.Path(__file__).parent.glob("outbox/*/body.json")):
        time.sleep(0.01)
    os._exit(0)
def interrupt():
    raise KeyboardInterrupt
def break_off():
    raise ValueError("broken")
def recurse():
    return recurse()
`;

withNewestPython('A suite of Robot Framework', (python) => {
  const run = async (source: string, options: Options = {}): Promise<Host> => {
    const folder = await scriptFolder({ 'board.robot': source, 'board.py': library });
    return Host.run(python, path.join(folder, 'board.robot'), options);
  };

  const outcomeOf = (host: Host): string | null => host.all('run_complete')[0]?.outcome ?? null;

  const suite = (settings: string, tests: string): string =>
    `*** Settings ***\nLibrary    board.py\n${settings}\n${variables}*** Test Cases ***\nBefore\n    Log    1\n${tests}`;

  it('that does not come to its natural end is no PASS', async () => {
    const cases: [string, string, string | null][] = [
      ['', 'A\n    Leave\n', 'ERROR'],
      ['', 'A\n    Die\n', null],
      ['', 'A\n    Interrupt\n', 'ERROR'],
      ['', 'A\n    Fatal Error    stop\nB\n    Log    1\n', 'ERROR'],
      ['Suite Setup    Break Off', '', 'ERROR'],
      ['Suite Teardown    Break Off', '', 'ERROR'],
    ];
    for (const [settings, tests, expected] of cases) {
      const host = await run(suite(settings, tests));
      assert.equal(outcomeOf(host), expected, `${settings}|${tests}|${host.diagnostics()}`);
    }
  });

  it('with errors in its settings is no PASS, although its tests pass', async () => {
    for (const settings of [
      'Library    nowhere',
      'Resource    nowhere.resource',
      'Variables    nowhere.py',
      'No Setting    1',
    ]) {
      const host = await run(suite(settings, ''));
      assert.equal(outcomeOf(host), 'ERROR', `${settings}|${host.diagnostics()}`);
    }
  });

  it('has a phase for each way in which a test can end', async () => {
    const cases: [string, string][] = [
      ['Recurse', 'ERROR'],
      ['[Setup]    Break Off\n    Log    1', 'ERROR'],
      ['Log    1\n    [Teardown]    Break Off', 'ERROR'],
      ['[Timeout]    50 milliseconds\n    Sleep    1 minute', 'ERROR'],
      ['[Tags]    robot:skip-on-failure\n    Fail    1', 'FAIL'],
      ['Log    ${unknown}', 'ERROR'],
      ['VAR    ${x}    ${unknown}', 'ERROR'],
      ['FOR    ${x}    1    2\n        Log    1\n    END', 'ERROR'],
      ['IF    unknown\n        Log    1\n    END', 'ERROR'],
      ['WHILE    True    limit=2\n        Log    1\n    END', 'ERROR'],
      ['TRY\n        Fail    1\n    EXCEPT    other\n        Log    1\n    END', 'ERROR'],
      ['TRY\n        Fail    1\n    EXCEPT\n        Log    1\n    END', 'PASS'],
      ['Run Keyword And Continue On Failure    Fail    1\n    Log    1', 'FAIL'],
      ['Pass Execution    1\n    Log    1', 'SKIP'],
      ['Set Tags    robot:exit\n    Log    1', 'PASS'],
      ['', 'ERROR'],
      ['Log    1', 'PASS'],
    ];
    const tests = cases.map(([body], index) => `T${index}\n    ${body}\n`.trimEnd()).join('\n');
    const host = await run(suite('', `${tests}\n`));
    const worst = cases.map(([body], index) => {
      const ends = host
        .all('phase_complete')
        .filter(({ name }) => name === `T${index}` || name.startsWith(`T${index} / `));
      const seen = ends.map(({ outcome }) => outcome);
      return [body, ['ERROR', 'FAIL', 'PASS', 'SKIP'].find((each) => seen.some((outcome) => outcome === each))];
    });
    assert.deepEqual(worst, cases, host.diagnostics());
    assert.equal(outcomeOf(host), 'ERROR');
  });

  it('of which no keyword but Pass Execution ran is no PASS', async () => {
    const host = await run(`${variables}*** Test Cases ***\nA\n    Pass Execution    1\n    Log    1\n`);
    assert.equal(outcomeOf(host), 'ERROR', host.diagnostics());
  });

  it('without a test makes no run, and says so', async () => {
    for (const tests of ['', '*** Test Cases ***\n']) {
      const host = await run(`${variables}${tests}`);
      assert.deepEqual(host.all('run_started'), []);
      assert.match(host.one('run_crashed').failure.message, /contains no tests/, tests);
    }
  });

  it('of which all tests are excluded is no PASS', async () => {
    const host = await run(`${variables}*** Test Cases ***\nA\n    [Tags]    robot:exclude\n    Log    1\n`);
    assert.equal(outcomeOf(host), 'ERROR', host.diagnostics());
  });

  it('records tests that are left out as skipped', async () => {
    const tests =
      '*** Test Cases ***\nA\n    [Tags]    robot:exclude\n    Log    1\nB\n    Log    1\nC\n    Skip    later\n';
    for (const args of [[], ['--exclude', 'none']]) {
      const host = await run(`${variables}${tests}`, { args });
      assert.deepEqual(
        host.all('phase_complete').map(({ name, outcome }) => [name, outcome]),
        [
          ['B / Log', 'PASS'],
          ['C / Skip', 'SKIP'],
          ['A', 'SKIP'],
        ],
        host.diagnostics(),
      );
      assert.equal(outcomeOf(host), 'PASS');
    }
  });

  it('is no PASS if its arguments keep keywords from running, or a listener changes the result', async () => {
    const folder = await scriptFolder({
      'board.robot': `${variables}*** Test Cases ***\nA\n    Log    1\n`,
      'changer.py': 'ROBOT_LISTENER_API_VERSION = 3\ndef end_test(data, result):\n    result.status = "FAIL"\n',
    });
    const script = path.join(folder, 'board.robot');
    const dry = await Host.run(python, script, { args: ['--dryrun'] });
    assert.match(dry.one('run_crashed').failure.message, /remove --dryrun/);
    const changed = await Host.run(python, script, { args: ['--listener', path.join(folder, 'changer.py')] });
    assert.equal(outcomeOf(changed), 'ERROR', changed.diagnostics());
  });

  it('is no PASS if the listener of a library changes the result, and the exit code is always 0', async () => {
    const folder = await scriptFolder({
      'board.robot': `*** Settings ***\nLibrary    Changer.py\n${variables}*** Test Cases ***\nA\n    Log    1\n`,
      'Changer.py': `class Changer:
    ROBOT_LISTENER_API_VERSION = 3
    def __init__(self):
        self.ROBOT_LIBRARY_LISTENER = self
    def end_test(self, data, result):
        result.status = "FAIL"
`,
    });
    const host = await Host.run(python, path.join(folder, 'board.robot'), { args: ['--nostatusrc'] });
    assert.deepEqual([outcomeOf(host), await host.ended], ['ERROR', 0], host.diagnostics());
  });

  it('that Robot Framework skips as a whole is no PASS, although keywords passed', async () => {
    for (const [settings, row] of [
      ['', 'Skip    later'],
      ['Suite Teardown    Skip    later', 'Log    2'],
    ]) {
      const host = await run(
        `*** Settings ***\n${settings}\n${variables}*** Test Cases ***\nA\n    Log    1\n    ${row}\n`,
      );
      assert.equal(outcomeOf(host), 'ERROR', host.diagnostics());
      assert.match(host.one('run_complete').outcome_details.join(), /the suite with the status SKIP/);
    }
  });

  it('of which only some tests run is no PASS either if a library is missing', async () => {
    const host = await run(suite('Library    nowhere', 'A\n    Log    1\n'), {
      env: { [runnerEnvironment.phases]: JSON.stringify({ only: ['A'] }) },
    });
    assert.equal(host.one('run_complete').partial_outcome, 'ERROR', host.diagnostics());
  });

  it('in which a thread measures between two tests is no PASS', async () => {
    const folder = await scriptFolder({
      'board.robot': `*** Settings ***\nLibrary    TestStations\nLibrary    board.py\n${variables}*** Test Cases ***\nA\n    Log    1\n`,
      'board.py': `import threading
from robot.libraries.BuiltIn import BuiltIn
class board:
    ROBOT_LISTENER_API_VERSION = 3
    def __init__(self):
        self.ROBOT_LIBRARY_LISTENER = self
    def end_test(self, data, result):
        measure = BuiltIn().get_library_instance("TestStations").measure
        thread = threading.Thread(target=measure, args=("late", 5, 0, 1))
        thread.start()
        thread.join()
`,
    });
    const host = await Host.run(python, path.join(folder, 'board.robot'));
    assert.equal(outcomeOf(host), 'ERROR', host.diagnostics());
    assert.match(host.one('run_complete').outcome_details.join(), /'late' was measured while no keyword/);
  });

  it('names the file to remove if its arguments have another one', async () => {
    const host = await run(`${variables}*** Test Cases ***\nA\n    Log    1\n`, { args: ['other.robot'] });
    assert.match(host.one('run_crashed').failure.message, /one file: remove other\.robot/);
  });

  it('that dies leaves its result on disk, and it is no PASS', async () => {
    const folder = await scriptFolder({
      'board.robot': suite(
        'Library    TestStations',
        'A\n    Measure    supply    4.25    4\n    Die When Saved    4.25\n',
      ),
      'board.py': library,
    });
    const outbox = path.join(folder, 'outbox');
    await Host.run(python, path.join(folder, 'board.robot'), {
      env: { [runnerEnvironment.outbox]: outbox, [runnerEnvironment.place]: '{}' },
    });
    const saved = readdirSync(outbox, { recursive: true, encoding: 'utf8' }).map((file) => path.join(outbox, file));
    const text = saved.map((file) => (/\.json|result|body/.test(file) ? readFileSync(file, 'utf8') : '')).join('\n');
    assert.match(text, /"outcome": ?"ERROR"/, saved.join());
    assert.match(text, /4\.25/);
  });

  it('needs Robot Framework, whose absence is reported by its module', async () => {
    const folder = await scriptFolder({ 'board.robot': `${variables}*** Test Cases ***\nA\n    Log    1\n` });
    const host = await Host.run(python, path.join(folder, 'board.robot'), { pythonFlags: ['-S'] });
    const { failure } = host.one('run_crashed');
    assert.equal(failure.missing_module, 'robot');
  });

  it('that measures nonsense, or after its test, is no PASS even if the failure is caught', async () => {
    const tests = 'A\n    Run Keyword And Ignore Error    Measure    supply    text    1    2\n    Log    1\n';
    const host = await run(suite('Library    TestStations', tests));
    assert.equal(outcomeOf(host), 'ERROR', host.diagnostics());
    const outside = 'A\n    Run Keyword And Ignore Error    Measure    supply    5    1    2\n    Log    1\n';
    assert.equal(outcomeOf(await run(suite('Library    TestStations', outside))), 'FAIL');
  });
});
