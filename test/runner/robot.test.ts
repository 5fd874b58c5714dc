import assert from 'node:assert/strict';
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

export const phases = (host: Host): unknown[] => host.all('phase_complete').map(({ name, outcome }) => [name, outcome]);

withNewestPython('A suite of Robot Framework', (python) => {
  const run = async (source: string, options: Options & { files?: Record<string, string> } = {}): Promise<Host> => {
    const folder = await scriptFolder({ 'board.robot': variables + source, ...options.files });
    return Host.run(python, path.join(folder, 'board.robot'), options);
  };

  it('is one run whose phases are the keywords of its tests', async () => {
    const host = await run(
      `*** Settings ***
Library           TestStations
Library           board.py
Suite Setup       Switch On
Suite Teardown    Switch Off
Test Setup        Log    begin

*** Test Cases ***
Supply
    [Documentation]    Of the board
    \${volts}=    Read Voltage    supply
    Measure    supply    \${volts}    3.2    3.4    V
    IF    \${volts} > 3
        Log    enough
    ELSE
        Log    too little
    END

Leds
    FOR    \${led}    IN    red    green
        Check Led    \${led}
    END
    Measure    brightness    11    upper=\${10}
    Log    after the measurement

*** Keywords ***
Check Led
    [Arguments]    \${led}
    [Documentation]    Looks at a LED
    Should Not Be Empty    \${led}
`,
      {
        files: {
          'board.py': `def switch_on():
    pass
def switch_off():
    pass
def read_voltage(name):
    print("reading", name)
    return 3.31
`,
        },
      },
    );
    assert.deepEqual(phases(host), [
      ['Suite setup / Switch On', 'PASS'],
      ['Supply / Log', 'PASS'],
      ['Supply / Read Voltage', 'PASS'],
      ['Supply / Measure supply', 'PASS'],
      ['Supply / Log (2)', 'PASS'],
      ['Leds / Log', 'PASS'],
      ['Leds / Check Led', 'PASS'],
      ['Leds / Check Led (2)', 'PASS'],
      ['Leds / Measure brightness', 'FAIL'],
      ['Leds / Log (2)', 'PASS'],
      ['Suite teardown / Switch Off', 'PASS'],
    ], host.diagnostics()); // prettier-ignore
    const started = host.one('run_started');
    assert.deepEqual(
      started.phases.map(({ name, place }) => [name, place?.line]),
      [
        ['Supply / Log', 11],
        ['Supply / Read Voltage', 16],
        ['Supply / Measure supply', 17],
        ['Supply / Log (2)', 19],
        ['Supply / Log (3)', 21],
        ['Leds / Log', 11],
        ['Leds / Check Led', 26],
        ['Leds / Measure brightness', 28],
        ['Leds / Log (2)', 29],
      ],
    );
    const { outcome, serial_number } = host.one('run_complete');
    assert.deepEqual([outcome, serial_number, await host.ended], ['FAIL', 'SN1', 1]);
    const measured = host.all('measurement_update').map(({ measurement }) => measurement);
    assert.deepEqual(
      measured.map(({ name, measured_value, outcome: result, units, validators }) => [name, measured_value, result, units, validators]),
      [
        ['supply', 3.31, 'PASS', 'V', ['3.2 <= x <= 3.4']],
        ['brightness', 11, 'FAIL', null, ['x <= 10']],
      ],
    ); // prettier-ignore
    assert.ok(host.all('phase_log').some(({ message }) => message === 'reading supply'));
  });

  it('has names for the phases of its setup and teardown that depend on nothing else', async () => {
    const host = await run(`*** Settings ***
Suite Setup       Log    begin
Suite Teardown    Log    end

*** Test Cases ***
One
    Log    1
    Log    2
`);
    assert.deepEqual(phases(host), [
      ['Suite setup / Log', 'PASS'],
      ['One / Log', 'PASS'],
      ['One / Log (2)', 'PASS'],
      ['Suite teardown / Log', 'PASS'],
    ], host.diagnostics()); // prettier-ignore
  });

  it('says why a keyword failed, and at which line', async () => {
    const host = await run(
      `*** Settings ***
Library    board.py

*** Test Cases ***
Verdict
    Should Be Equal    red    green
    Log    not run
Broken
    Break Contact
Unknown
    No Such Keyword
Slow
    [Timeout]    100 milliseconds
    Sleep    1 minute
`,
      { files: { 'board.py': 'def break_contact():\n    raise ValueError("no contact")\n' } },
    );
    assert.deepEqual(phases(host), [
      ['Verdict / Should Be Equal', 'FAIL'],
      ['Verdict / Log', 'SKIP'],
      ['Broken / Break Contact', 'ERROR'],
      ['Unknown / No Such Keyword', 'ERROR'],
      ['Slow / Sleep', 'ERROR'],
    ]);
    const failures = host.all('phase_complete').flatMap(({ failure }) => failure ?? []);
    assert.deepEqual(
      failures.map(({ type, message, place }) => [type, message, place?.line]),
      [
        ['AssertionError', 'red != green', 11],
        ['ValueError', 'ValueError: no contact', 14],
        ['Failure', "No keyword with name 'No Such Keyword' found.", 16],
        ['Failure', 'Test timeout 100 milliseconds exceeded.', 19],
      ],
    );
    assert.match(failures[1]?.traceback ?? '', /line 2, in break_contact/);
    assert.equal(host.one('run_complete').outcome, 'ERROR');
  });

  it('fails by assertions with several lines and by the failures of Robot Framework, and by nothing else', async () => {
    const host = await run(
      `*** Settings ***
Library    Collections
Library    board.py

*** Test Cases ***
Lists
    \${one}=    Create List    1
    \${two}=    Create List    2
    Lists Should Be Equal    \${one}    \${two}
Texts
    Should Be Equal    a\\nb\\nc    a\\nB: x\\nc
Raised
    Raise    Failure
Continued
    Raise    ContinuableFailure
Broken
    Raise    Error
Lines
    Break In Lines
`,
      {
        files: {
          'board.py': `import robot.api
def raise_(name):
    raise getattr(robot.api, name)("first\\nsecond: line")
raise_.robot_name = "Raise"
def break_in_lines():
    raise ValueError("no\\nAssertionError: contact")
`,
        },
      },
    );
    const ends = host.all('phase_complete').map(({ name, outcome, failure }) => [name, outcome, failure?.type]);
    assert.deepEqual(
      ends.filter(([, outcome]) => outcome !== 'PASS'),
      [
        ['Lists / Lists Should Be Equal', 'FAIL', 'AssertionError'],
        ['Texts / Should Be Equal', 'FAIL', 'AssertionError'],
        ['Raised / Raise', 'FAIL', 'Failure'],
        ['Continued / Raise', 'FAIL', 'ContinuableFailure'],
        ['Broken / Raise', 'ERROR', 'Error'],
        ['Lines / Break In Lines', 'ERROR', 'ValueError'],
      ],
      host.diagnostics(),
    );
  });

  it('is no PASS if a test fails outside of its keywords and is skipped for that', async () => {
    for (const row of ['IF', 'WHILE    True    limit=1\n        Log    1\n    END']) {
      const host = await run(`*** Test Cases ***
Good
    Log    1
Left Out
    [Tags]    robot:skip
    Log    1
Bad
    [Tags]    robot:skip-on-failure
    ${row}
`);
      const ends = host.all('phase_complete').filter(({ name }) => name === 'Left Out' || name === 'Bad');
      assert.deepEqual(ends.map(({ name, outcome }) => [name, outcome]), [['Left Out', 'SKIP'], ['Bad', 'ERROR']], host.diagnostics()); // prettier-ignore
      assert.equal(host.one('run_complete').outcome, 'ERROR');
    }
  });

  it('asks the operator by input() and by the library Dialogs', async () => {
    const folder = await scriptFolder({
      'board.robot': `${variables}*** Settings ***
Library    Dialogs
Library    board.py

*** Test Cases ***
Ask
    \${name}=    Get Value From User    Who tests?    Bob
    Should Be Equal    \${name}    Ada
    \${color}=    Get Selection From User    Which color?    red    green
    Should Be Equal    \${color}    green
    Pause Execution    Connect the probe
    Ask Python
    Execute Manual Step    Is the LED on?    It is off
`,
      'board.py': 'def ask_python():\n    assert input("A number: ") == "7"\n',
    });
    const answers = ['Ada', '2', '', '7', 'maybe', 'fail', 'dark'];
    const host = await Host.run(python, path.join(folder, 'board.robot'), { prompt: () => answers.shift() ?? null });
    const asked = host.all('ui_request').map(({ message, text_input }) => [message, text_input]);
    assert.deepEqual(asked, [
      ['Who tests? [Bob]', true],
      ['Which color? (1: red, 2: green)', true],
      ['Connect the probe', false],
      ['A number:', true],
      ['Is the LED on? (pass or fail)', true],
      ['Is the LED on? (pass or fail)', true],
      ['Give error message: [It is off]', true],
    ]);
    assert.deepEqual(phases(host).at(-1), ['Ask / Execute Manual Step', 'FAIL']);
  });

  it('runs the chosen tests as a partial run', async () => {
    const source = `*** Test Cases ***
One
    Log    1
Two [a]
    Log    2
Three
    Log    3
`;
    const choose = (choice: unknown): Options => ({ env: { [runnerEnvironment.phases]: JSON.stringify(choice) } });
    const only = await run(source, choose({ only: ['Two [a]'] }));
    assert.deepEqual(phases(only), [['Two [a] / Log', 'PASS']], only.diagnostics());
    assert.deepEqual(only.one('run_started').phases.map(({ name }) => name), ['Two [a] / Log']); // prettier-ignore
    const { outcome, partial_outcome } = only.one('run_complete');
    assert.deepEqual([outcome, partial_outcome], ['ABORTED', 'PASS']);
    const rest = await run(source, choose({ from: 'Two [a]' }));
    assert.deepEqual(phases(rest), [['Two [a] / Log', 'PASS'], ['Three / Log', 'PASS']]); // prettier-ignore
  });

  it('that is stopped runs its teardowns and is ABORTED', async () => {
    const folder = await scriptFolder({
      'board.robot': `${variables}*** Settings ***
Suite Teardown    Log To Console    powered off

*** Test Cases ***
Soak
    Log To Console    soaking
    Sleep    1 minute
    [Teardown]    Log To Console    cooled down
Later
    Log To Console    later
`,
    });
    const host = await Host.start(python, path.join(folder, 'board.robot'));
    await host.untilPrinted('soaking\n');
    host.send({ command: 'stop' });
    assert.equal(await host.ended, 130, host.diagnostics());
    assert.equal(host.one('run_complete').outcome, 'ABORTED');
    assert.match(host.stdout.toString(), /cooled down[^]*powered off/);
    assert.doesNotMatch(host.stdout.toString(), /later/);
  });

  it('is asked for a serial number, and not run if the question is canceled', async () => {
    const source = '*** Test Cases ***\nOne\n    Log    1\n';
    const folder = await scriptFolder({ 'board.robot': variables + source });
    const asked: (string | null)[] = [];
    const host = await Host.run(python, path.join(folder, 'board.robot'), {
      env: { [runnerEnvironment.serialNumber]: 'ask' },
      serialNumber: (own) => {
        asked.push(own);
        return null;
      },
    });
    assert.deepEqual(asked, ['SN1']);
    assert.equal(await host.ended, 0, host.diagnostics());
    assert.deepEqual([host.all('run_started'), host.all('run_crashed')], [[], []]);
  });
});
