import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { scanRobot } from '../../../src/shared/script/robotScan.ts';
import { robotFiles, testFileKind } from '../../../src/shared/script/testFiles.ts';

const names = (source: string): string[] => scanRobot(source).phases.map(({ name }) => name);
const body = (text: string): string => `*** Test Cases ***\nA\n${text}`;

describe('the scan of a suite of Robot Framework', () => {
  it('finds tests and tasks, with the keywords of their bodies as phases', () => {
    const source = `*** Settings ***
Test Setup       Connect    now
Test Teardown    NONE

*** Test Cases ***
Supply
    [Tags]    slow
    \${volts} =    Read Voltage
    ...    supply
    Measure    supply    \${volts}    3.2    3.4    # limits
    Measure    \${other}    1
    measure    supply    1

Leds    Check Leds
    [Setup]    Other Setup

*** Keywords ***
Check Leds
    Log    no phase
`;
    const { phases, entry, isRunnable } = scanRobot(source);
    assert.deepEqual(
      phases.map(({ name, line, group }) => [name, line, group?.name]),
      [
        ['Supply / Connect', 2, 'Supply'],
        ['Supply / Read Voltage', 8, 'Supply'],
        ['Supply / Measure supply', 10, 'Supply'],
        ['Supply / Measure ${other}', 11, 'Supply'],
        ['Supply / measure supply', 12, 'Supply'],
        ['Leds / Other Setup', 15, 'Leds'],
        ['Leds / Check Leds', 14, 'Leds'],
      ],
    );
    assert.deepEqual(phases[0]?.group, { name: 'Supply', line: 6, endLine: 12 });
    assert.deepEqual(phases[2]?.measurements, { supply: 10 });
    assert.ok(isRunnable);
    assert.equal(source.slice(entry ?? 0).split('\n')[0], 'Supply');
    assert.deepEqual(names('*** Tasks ***\nT\n    Log    1\n'), ['T / Log']);
  });

  it('finds the keywords in IF, FOR and WHILE, and takes TRY as one phase', () => {
    assert.deepEqual(
      names(
        body(`    IF    True
        One
    ELSE IF    False
        Two
    ELSE
        Three
    END
    FOR    \${x}    IN    1    2
        TRY
            Hidden
            IF    1
                Hidden
            END
        EXCEPT    bad
            Four
        ELSE
            Five
        FINALLY
            Six
        END
    END
    WHILE    True
        Seven
        BREAK
    END
    IF    True    Eight    ELSE    Nine    1
    \${x} =    IF    True    Ten
    VAR    \${y}    1
    RETURN
`),
      ).map((name) => name.replace('A / ', '')),
      ['One', 'Two', 'Three', 'TRY', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine', 'Ten'],
    );
  });

  it('takes the rows of a template as calls of its keyword', () => {
    const template = '*** Settings ***\nTest Template    Check\n\n*** Test Cases ***\nA\n    1    2\n    3    4\nB\n    [Template]    NONE\n    Log    1\n'; // prettier-ignore
    assert.deepEqual(names(template), ['A / Check', 'A / Check (2)', 'B / Log']);
  });

  it('reads rows that are separated by pipes', () => {
    const source = '| *** Test Cases *** |\n| My test | [Setup] | Begin |\n|         | Log     | text  |\n';
    assert.deepEqual(names(source), ['My test / Begin', 'My test / Log']);
  });

  it('names the procedure of the variable PROCEDURE_ID', () => {
    const source = `*** Variables ***\n\${PROCEDURE_ID}    FVT1\n${body('    Log    1\n')}`;
    const { procedures, procedureArguments } = scanRobot(source);
    assert.deepEqual(procedureArguments, [{ kind: 'named', id: 'FVT1' }]);
    assert.equal(source.slice(procedures[0]?.literal.from, procedures[0]?.literal.to), 'FVT1');
    assert.deepEqual(scanRobot(source.replace('FVT1', '${OTHER}')).procedureArguments, []);
  });

  it('finds nothing to run in a resource file, or in text that is no suite', () => {
    for (const source of ['', '*** Keywords ***\nA\n    Log    1\n', 'A\n    Log    1\n', '*** Test Cases ***\n']) {
      assert.equal(scanRobot(source).isRunnable, false);
    }
    assert.equal(testFileKind('suite.robot'), robotFiles);
    assert.equal(testFileKind('keywords.resource', 'plaintext'), robotFiles);
    assert.ok(robotFiles.mayDefineTests('*** test case ***'));
    assert.ok(!robotFiles.mayDefineTests('*** Keywords ***'));
  });
});
