import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { applyEdits } from '../../../src/shared/script/limitsEdit.ts';
import { editableMeasurements, limitsEdit, limitsInScript } from '../../../src/shared/script/robotLimits.ts';

const limits = { lower: 1.5, upper: 2.5 };
const suite = (rows: string): string => `*** Test Cases ***\nT\n${rows}\n`;

function edited(rows: string, wanted: { lower: number | null; upper: number | null } = limits, name = 'a'): string {
  const source = suite(rows);
  const [phase = assert.fail()] = editableMeasurements(source).find((each) => each.name === name)?.phases ?? [];
  const answer = limitsEdit(source, phase, name, wanted);
  assert.ok(answer.kind === 'edit', `${JSON.stringify(answer)}\n${source}`);
  return applyEdits(source, answer.edits).slice(suite('').length - 1, -1);
}

function refused(source: string, phase = 'T / Measure a', name = 'a'): string {
  const answer = limitsEdit(source, phase, name, limits);
  assert.ok(answer.kind === 'refused', JSON.stringify(answer));
  assert.deepEqual(limitsInScript(source, phase, name), answer);
  return `${answer.reason} ${answer.text} ${answer.line}`;
}

describe('limits of a measurement in a suite of Robot Framework', () => {
  it('are replaced where they are written, by their place or by their names', () => {
    const cases: [before: string, after: string][] = [
      ['    Measure    a    ${x}    1    2    V    # volts', '    Measure    a    ${x}    1.5    2.5    V    # volts'],
      ['\tTestStations.Measure\ta\t3\t${1}\t2.5', '\tTestStations.Measure\ta\t3\t1.5\t2.5'],
      ['    Measure    a    3    upper=2    lower=-1', '    Measure    a    3    upper=2.5    lower=1.5'],
      ['    Measure    a    3    ${EMPTY}    2    V', '    Measure    a    3    1.5    2.5    V'],
      ['    Measure    a    3    1e3\n    ...    .5\n    Log    x', '    Measure    a    3    1.5\n    ...    2.5\n    Log    x'],
      ['    IF    ${c}    Measure    a    3    1    2    ELSE    Log    1', '    IF    ${c}    Measure    a    3    1.5    2.5    ELSE    Log    1'],
      ['    ${y}=    Measure    a    3    1    2', '    ${y}=    Measure    a    3    1.5    2.5'],
      ['    [Template]    Measure\n    a    3    1    2\n    b    3    1    2', '    [Template]    Measure\n    a    3    1.5    2.5\n    b    3    1    2'],
    ]; // prettier-ignore
    for (const [before, after] of cases) assert.equal(edited(before), after);
  });

  it('are added after the value, and taken away as an empty argument', () => {
    assert.equal(edited('    Measure    a    3'), '    Measure    a    3    1.5    2.5');
    assert.equal(edited('    Measure    a    3    # soon'), '    Measure    a    3    1.5    2.5    # soon');
    assert.equal(edited('    Measure    a    3    1'), '    Measure    a    3    1.5    2.5');
    assert.equal(
      edited('    Measure    a    3    units=V'),
      '    Measure    a    3    units=V    lower=1.5    upper=2.5',
    );
    assert.equal(edited('|  | Measure | a | 3 |'), '|  | Measure | a | 3 | 1.5 | 2.5 |');
    const one = { lower: null, upper: 2.5 };
    assert.equal(edited('    Measure    a    3', one), '    Measure    a    3    ${EMPTY}    2.5');
    assert.equal(edited('    Measure    a    3    units=V', one), '    Measure    a    3    units=V    upper=2.5');
    assert.equal(edited('    Measure    a    3    1    2    V', one), '    Measure    a    3    ${EMPTY}    2.5    V');
  });

  it('are those of one measurement where others have the same name', () => {
    const source = suite('    Measure    a    3    1    2\n    Measure    a    3    7    8').replaceAll('\n', '\r\n');
    assert.deepEqual(
      editableMeasurements(source).map(({ name, phases, line }) => [name, phases, line]),
      [
        ['a', ['T / Measure a'], 3],
        ['a', ['T / Measure a (2)'], 4],
      ],
    );
    const answer = limitsEdit(source, 'T / Measure a (2)', 'a', limits);
    assert.ok(answer.kind === 'edit');
    assert.equal(applyEdits(source, answer.edits), source.replace('7    8', '1.5    2.5'));
    const read = limitsInScript(source, 'T / Measure a (2)', 'a');
    assert.deepEqual(read, { kind: 'limits', limits: { lower: 7, upper: 8 }, line: 4 });
  });

  it('are not edited where a variable, a loop, a TRY or a keyword of the suite decides, and the reason is given', () => {
    assert.equal(refused(suite('    Measure    a    3    ${LOW}    2')), 'computed ${LOW} 3');
    assert.equal(refused(suite('    Measure    a    @{given}')), 'computed @{given} 3');
    assert.equal(refused(suite('    Measure    a')), 'computed Measure 3');
    assert.equal(refused(suite('    Measure    a    3    1    2    lower=0')), 'severalLimits lower=0 3');
    const loop = suite('    FOR    ${i}    IN    1    2\n        Measure    a    ${i}    1    2\n    END');
    assert.equal(refused(loop), 'repeated FOR 4');
    const handled = suite('    TRY\n        Measure    a    3    1    2\n    EXCEPT\n        Log    1\n    END');
    assert.equal(refused(handled, 'T / TRY'), 'repeated TRY 4');
    const keyword = `${suite('    Check')}\n*** Keywords ***\nCheck\n    Measure    a    3    1    2\n`;
    assert.equal(refused(keyword, 'T / Check'), 'repeated Check 7');
    assert.equal(refused(suite('    Measure    b    3    1    2')), 'notFound a null');
    const twice = suite('    Measure    a    3    1    2\nT\n    Measure    a    3    1    2');
    assert.equal(refused(twice), 'ambiguous a 3');
  });

  it('are refused if they are none', () => {
    const answer = limitsEdit(suite('    Measure    a    3'), 'T / Measure a', 'a', { lower: 2, upper: 1 });
    assert.equal(answer.kind === 'refused' && answer.reason, 'invalid');
  });
});
