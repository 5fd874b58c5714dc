import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { formatPattern, matchesName, percentPattern } from '../../../src/shared/script/namePattern.ts';
import { scanScript } from '../../../src/shared/script/scriptScan.ts';
import { randomNumbers } from '../statistics/support.ts';

/** Returns the phase and the name of each measurement, with `…` where anything can be. */
function found(source: string): string[] {
  return scanScript(source).measurements.map(({ phase, name, literal }) => {
    assert.match(source.slice(literal.from, literal.to), /["']/, 'the span is that of the name');
    return `${phase?.join('…') ?? '-'}: ${name.join('…')}`;
  });
}

describe('the measurements of a script', () => {
  it('are those that OpenHTF phases declare, in any form', () => {
    const source = `import openhtf as htf
from openhtf import Measurement as M
shared = htf.Measurement('shared')
@htf.PhaseOptions(name="Power {port}")
@htf.measures('a', "b", *(htf.Measurement(f"c_{i}_{i+1}").in_range(1, 2) for i in range(3)))
@htf.measures(
    htf.Measurement('d_{port}')
    .with_units("V")
    .doc("not a name"),
    M(name="e", docstring="not a name"),
    M("f_%d" % 3),
    M("g_{}".format(1)),
    M("h_" f"{1}_x"),
    M(computed),
)
def power(test, port):
    test.measurements.a = 1
@htf.measures("a")
def other(test):
    pass
htf.Test(power.with_args(port=1), other)
`;
    assert.deepEqual(found(source), [
      '-: shared',
      ...['a', 'b', 'c_…_…', 'd_…', 'e', 'f_…', 'g_…', 'h_…_x'].map((name) => `Power …: ${name}`),
      'other: a',
    ]);
  });

  it('are those of dictionaries, in the phase whose dictionary they are in', () => {
    const source = `from tofupilot.v2 import TofuPilot
def check():
    return {"name": "first", "outcome": "PASS", "start_time_millis": 1, "measurements": [
        {"name": "volt", "outcome": "PASS", "measured_value": 1, "units": "V"},
        {"name": f"pin_{n}", "validators": []},
    ]}
def plain():
    return [{"name": "loose", "measured_value": 1}, {"name": "no measurement"}]
unit = {"name": "x", "serial_number": "y"}
TofuPilot().runs.create(procedure_id="F", phases=[{"name": "second", "measurements": [{"measured_value": 2, "name": "amp"}]}])
`;
    assert.deepEqual(found(source), ['first: volt', 'first: pin_…', 'plain: loose', 'second: amp']);
  });

  it('are those that plain phases return, and not the phases themselves', () => {
    const source = `def phase_a():
    measured = [{"name": "supply", "outcome": True}]
    return {"name": "phase_a", "outcome": "PASS", "start_time_millis": 1, "measurements": measured}
`;
    assert.deepEqual(found(source), ['phase_a: supply']);
    assert.deepEqual(scanScript(source).phases[0]?.measurements, { supply: 2 });
  });

  it('are found beside syntax errors, and not where a name has an escape or is only a field', () => {
    const source = `import openhtf as htf
def broken(:
  pass
@htf.measures("x", "y\\n", f"{z}", "{}")
def a(test): pass
`;
    assert.deepEqual(found(source), ['a: x']);
  });
});

describe('a name pattern', () => {
  it('matches the names that its fields are filled to and few others', () => {
    const random = randomNumbers();
    const letter = (): string => 'ab_{%'.charAt(Math.floor(random() * 5));
    const text = (longest: number): string =>
      Array.from({ length: Math.floor(random() * (longest + 1)) }, letter).join('');
    const isMatch = { true: 0, false: 0 };
    for (let n = 0; n < 5000; n += 1) {
      const parts = Array.from({ length: 1 + Math.floor(random() * 4) }, () => text(2));
      const filled = parts.map((part, index) => (index === 0 ? part : text(2) + part)).join('');
      assert.ok(matchesName(parts, filled), `${JSON.stringify(parts)} ${filled}`);
      const name = text(6);
      const oracle = new RegExp(`^${parts.map((part) => part.replaceAll('{', String.raw`\{`)).join('.*')}$`, 's').test(
        name,
      );
      isMatch[oracle ? 'true' : 'false'] += 1;
      assert.equal(matchesName(parts, name), oracle, `${JSON.stringify(parts)} ${name}`);
      const escaped = parts.map((part) => part.replaceAll('{', '{{'));
      assert.deepEqual(formatPattern(escaped.join('{x:>3}')), parts);
      assert.deepEqual(percentPattern(parts.map((part) => part.replaceAll('%', '%%')).join('%03d')), parts);
    }
    assert.ok(isMatch.true > 200 && isMatch.false > 200, JSON.stringify(isMatch));
  });
});
