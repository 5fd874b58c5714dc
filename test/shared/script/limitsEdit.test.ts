import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { applyEdits, editableMeasurements, limitsEdit, limitsInScript } from '../../../src/shared/script/limitsEdit.ts';
import type { RefusalReason } from '../../../src/shared/script/limitsRefusal.ts';

const limits = { lower: 1.5, upper: 2.5 };

function edited(source: string, phase = 'check', wanted = limits): string {
  const answer = limitsEdit(source, phase, 'a', wanted);
  assert.ok(answer.kind === 'edit', JSON.stringify(answer));
  return applyEdits(source, answer.edits);
}

const script = (declaration: string, head = ''): string =>
  `import openhtf as htf\n${head}\n@htf.measures(${declaration})\ndef check(test):\n    pass\n`;

describe('limits of a measurement in a script', () => {
  it('are replaced where they are written', () => {
    const cases: [before: string, after: string][] = [
      ['htf.Measurement("a").in_range(1, 2)', 'htf.Measurement("a").in_range(1.5, 2.5)'],
      ["htf.Measurement('a').in_range(1, maximum = 2.5)", "htf.Measurement('a').in_range(1.5, maximum = 2.5)"],
      ['htf.Measurement("a").doc("x").in_range(3)', 'htf.Measurement("a").doc("x").in_range(1.5, maximum=2.5)'],
      [
        'htf.Measurement("a").with_units("V")',
        'htf.Measurement("a").in_range(minimum=1.5, maximum=2.5).with_units("V")',
      ],
      ['htf.Measurement("a").within_percent(2, 5)', 'htf.Measurement("a").in_range(minimum=1.5, maximum=2.5)'],
      ['"b", "a"', '"b", htf.Measurement("a").in_range(minimum=1.5, maximum=2.5)'],
    ];
    for (const [before, after] of cases) assert.equal(edited(script(before)), script(after));
  });

  it('are changed in a constant that nothing else uses', () => {
    const declaration = 'htf.Measurement("a").in_range(LOW, 2.5)';
    assert.equal(edited(script(declaration, 'LOW = 1  # V')), script(declaration, 'LOW = 1.5  # V'));
  });

  it('keep Windows line breaks and comments', () => {
    const source = script('\r\n    htf.Measurement("a")  # first\r\n    .in_range(1,  # low\r\n    2)').replaceAll(
      /(?<!\r)\n/g,
      '\r\n',
    );
    assert.equal(edited(source), source.replace('(1,', '(1.5,').replace('2)', '2.5)'));
  });

  it('are edited in dictionaries of phase functions and clients', () => {
    const body = (fields: string): string =>
      `def phase_check():\n    return {"measurements": [{"name": "a", ${fields}}]}\n`;
    assert.equal(
      edited(body('"lower_limit": 1, "upper_limit": None'), 'phase_check'),
      body('"lower_limit": 1.5, "upper_limit": 2.5'),
    );
    assert.equal(
      edited(body('"validators": [{"operator": ">=", "expected_value": 1}]'), 'phase_check'),
      body('"validators": [{"operator": ">=", "expected_value": 1.5}, {"operator": "<=", "expected_value": 2.5}]'),
    );
  });

  it('are reported with the line on which a client states the outcome itself', () => {
    const source =
      'from tofupilot import TofuPilotClient\ndef run(v):\n    return {"name": "a", "lower_limit": 1,\n      "outcome": check(v)}\n';
    const answer = limitsEdit(source, 'anything', 'a', limits);
    assert.ok(answer.kind === 'edit');
    assert.equal(answer.outcomeLine, 4);
  });

  it('are not edited where the edit could be wrong', () => {
    const measured = (calls: string): string => script(`htf.Measurement("a")${calls}`);
    const cases: [source: string, reason: RefusalReason, line: number | null][] = [
      [measured('.equals(2)'), 'otherRule', 3],
      [measured('.with_validator(check_it)'), 'otherRule', 3],
      [measured('.in_range(1, 2).in_range(0, 3)'), 'severalLimits', 3],
      [measured('.in_range(1, 2 * 3)'), 'computed', 3],
      [measured('.in_range(1, LIMITS.high)'), 'computed', 3],
      [measured('.in_range("{low}", 3)'), 'placeholder', 3],
      [measured('.in_range(1, 2).with_args(x=1)'), 'placeholder', 3],
      [measured('.in_range(1, 3, marginal_maximum=2.8)'), 'marginal', 3],
      [measured('.in_range(1, 3, type=int)'), 'converted', 3],
      [script('htf.Measurement("a").in_range(LOW, 3)', 'LOW = 1\nOTHER = LOW'), 'sharedConstant', 3],
      [script('htf.Measurement("a").in_range(LOW, 3)', 'from limits import LOW'), 'unknownConstant', 3],
      [script('htf.Measurement("a_{n}")').replace('a_{n}', '{n}_a').replace('"a"', '"b"'), 'notFound', null],
      [script('htf.Measurement("b")'), 'notFound', null],
      [script('htf.Measurement("a"), htf.Measurement("a")'), 'ambiguous', 3],
      [script('htf.Measurement("a").in_range(1, 2').replace('2)', '2'), 'syntaxError', 4],
      ['from openhtf import measures\n@measures("a")\ndef check(test):\n    pass\n', 'notImported', 2],
      [
        `${script('rail', 'rail = htf.Measurement("a").in_range(1, 2)')}@htf.measures(rail)\ndef other(test): pass\n`,
        'shared',
        2,
      ],
      [
        'import openhtf as htf\nfor n in [1]:\n    @htf.measures(htf.Measurement("a"))\n    def check(test): pass\n',
        'repeated',
        2,
      ],
      ['def phase_x():\n    m = {"name": "a", "lower_limit": 1}\n    m["lower_limit"] = 2\n', 'changedElsewhere', 3],
      [
        'from tofupilot import x\ndef check(v):\n    ok = v > 1\n    return {"name": "a", "lower_limit": 1, "outcome": ok}\n',
        'decidedElsewhere',
        3,
      ],
    ];
    for (const [source, reason, line] of cases) {
      const phase = source.includes('phase_x') ? 'phase_x' : 'check';
      const answer = limitsEdit(source, phase, 'a', limits);
      assert.ok(answer.kind === 'refused', source);
      assert.deepEqual([answer.reason, answer.line], [reason, line], source);
    }
  });

  it('are not edited for another phase, in the wrong order, or without a limit', () => {
    const source = script('htf.Measurement("a").in_range(1, 2)');
    assert.equal(limitsEdit(source, 'other', 'a', limits).kind, 'refused');
    assert.equal(limitsEdit(source, 'check', 'a', { lower: 3, upper: 2 }).kind, 'refused');
    assert.equal(limitsEdit(source, 'check', 'a', { lower: null, upper: null }).kind, 'refused');
    assert.equal(limitsEdit(source, 'check', 'a', { lower: NaN, upper: 2 }).kind, 'refused');
  });

  it('are read with their line, and listed with their phases', () => {
    const source = script('\n    htf.Measurement("a").in_range(-1, HIGH)', 'HIGH = 1e3');
    assert.deepEqual(limitsInScript(source, 'check', 'a'), {
      kind: 'limits',
      limits: { lower: -1, upper: 1000 },
      line: 4,
    });
    assert.deepEqual(
      editableMeasurements(source).map(({ name, phases, line }) => ({ name, phases, line })),
      [{ name: 'a', phases: ['check'], line: 4 }],
    );
  });
});
