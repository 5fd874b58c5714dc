import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { evaluateRules, limitRules, parseValidator } from '../../../src/shared/run/validators.ts';

/** Operator, expected value, and `marginal` for a rule that does not decide. */
const rules = (text: string) =>
  parseValidator(text).map(({ operator, expected_value, is_decisive }) =>
    is_decisive ? [operator, expected_value] : [operator, expected_value, 'marginal'],
  );

const expressions = (text: string) => parseValidator(text).map(({ expression }) => expression);

describe('validators in the text form of OpenHTF', () => {
  const readable: [string, unknown[][]][] = [
    [
      '3.2 <= x <= 3.4',
      [
        ['>=', 3.2],
        ['<=', 3.4],
      ],
    ],
    [
      '-5 <= x <= 1e-06',
      [
        ['>=', -5],
        ['<=', 1e-6],
      ],
    ],
    ['0 <= x', [['>=', 0]]],
    ['x <= 1.5', [['<=', 1.5]]],
    ['3 <= x <= 3.0', [['==', 3]]],
    [
      '0 <= Marginal:2 <= x <= Marginal:8 <= 10',
      [
        ['>=', 0],
        ['<=', 10],
        ['>=', 2, 'marginal'],
        ['<=', 8, 'marginal'],
      ],
    ],
    [
      '0 <= Marginal:2 <= x',
      [
        ['>=', 0],
        ['>=', 2, 'marginal'],
      ],
    ],
    [
      'x <= Marginal:8 <= 10',
      [
        ['<=', 10],
        ['<=', 8, 'marginal'],
      ],
    ],
    ['x == 3', [['==', 3]]],
    ['x == True', [['==', true]]],
    ['x == False', [['==', false]]],
    ["x == 'on'", [['==', 'on']]],
    ['x != 3', [['!=', 3]]],
    ['x >= 3', [['>=', 3]]],
    ['x < -1.5', [['<', -1.5]]],
    ["'x' matches /^1\\.2\\.7$/", [['matches', '^1\\.2\\.7$']]],
    ["'x' matches /a/b\nc/", [['matches', 'a/b\nc']]],
    ["'x' is equal to '{'a': 1}'", [['==', "{'a': 1}"]]],
    [
      "'x' is within 5% of 100.",
      [
        ['>=', 95],
        ['<=', 105],
      ],
    ],
    [
      "'x' is within 5% of -100.0.",
      [
        ['>=', -105],
        ['<=', -95],
      ],
    ],
    [
      "'x' is within 5% of 100. Marginal: None% of 100",
      [
        ['>=', 95],
        ['<=', 105],
      ],
    ],
    [
      "'x' is within 5% of 100. Marginal: 2% of 100",
      [
        ['>=', 95],
        ['<=', 105],
        ['>=', 98, 'marginal'],
        ['<=', 102, 'marginal'],
      ],
    ],
  ];
  for (const [text, expected] of readable) {
    it(`reads ${JSON.stringify(text)}`, () => assert.deepEqual(rules(text), expected));
  }

  for (const text of [
    'All values pass: 3.2 <= x <= 3.4',
    'Once pass, rest must also pass: x == 3',
    '-inf <= x <= 3',
    '%(minimum)s <= x',
    'x == 1+2j',
    'must be even',
    'x',
    '',
  ]) {
    it(`keeps the text of ${JSON.stringify(text)}`, () => {
      assert.deepEqual(parseValidator(text), [
        { operator: null, expected_value: null, expression: text, is_decisive: true, has_custom_expression: true },
      ]);
    });
  }

  it('names functions and objects without a text of their own "custom check", without their address', () => {
    assert.deepEqual(expressions('<function <lambda> at 0x7fa7372eaac0>'), ['custom check']);
    assert.deepEqual(expressions('<__main__.Even object at 0x00007FF6>'), ['custom check']);
  });

  it('makes an expression of each rule, and keeps the own words of a percentage', () => {
    assert.deepEqual(expressions('3.2 <= x <= 3.4'), ['x >= 3.2', 'x <= 3.4']);
    assert.deepEqual(expressions("x == 'on'"), ["x == 'on'"]);
    const percent = "'x' is within 5% of 100.";
    assert.deepEqual(expressions(percent), [percent, percent]);
  });

  it('makes rules of the two limits of v1', () => {
    assert.deepEqual(
      limitRules(0, null).map(({ operator, expected_value }) => [operator, expected_value]),
      [['>=', 0]],
    );
    assert.equal(limitRules(undefined, 5)[0]?.expression, 'x <= 5');
    assert.deepEqual(limitRules(null, undefined), []);
  });
});

describe('outcomes of validators', () => {
  const outcomes = (text: string, measurement: 'PASS' | 'FAIL' | 'UNSET', value?: unknown) =>
    evaluateRules(parseValidator(text), measurement, value).map(({ outcome }) => outcome);

  it('gives every validator of a passed or unset measurement the outcome of the measurement', () => {
    assert.deepEqual(outcomes('3 <= x <= 5', 'PASS', 4), ['PASS', 'PASS']);
    assert.deepEqual(outcomes('<function f at 0x1>', 'PASS', 4), ['PASS']);
    assert.deepEqual(outcomes('3 <= x <= 5', 'UNSET'), ['UNSET', 'UNSET']);
  });

  it('finds the rule that a failed measurement broke', () => {
    assert.deepEqual(outcomes('3 <= x <= 5', 'FAIL', 6), ['PASS', 'FAIL']);
    assert.deepEqual(outcomes('3 <= x <= 5', 'FAIL', 2), ['FAIL', 'PASS']);
    assert.deepEqual(outcomes('x == True', 'FAIL', false), ['FAIL']);
    assert.deepEqual(outcomes("'x' matches /^1/", 'FAIL', '2'), ['FAIL']);
    assert.deepEqual(outcomes('3 <= x <= 5', 'FAIL', 'nan'), ['UNSET', 'UNSET']);
  });

  it('marks a passed value outside its marginal limits', () => {
    assert.deepEqual(outcomes('0 <= Marginal:2 <= x <= Marginal:8 <= 10', 'PASS', 9), ['PASS', 'PASS', 'PASS', 'FAIL']);
  });

  it('keeps the sent outcomes of validators of a passed measurement', () => {
    assert.deepEqual(outcomes('3 <= x <= 5', 'PASS', 100), ['PASS', 'PASS']);
  });
});
