import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { parse } from 'yaml';
import { applyEdits } from '../../../src/shared/script/limitsEdit.ts';
import type { RefusalReason } from '../../../src/shared/script/limitsRefusal.ts';
import { editableMeasurements, limitsEdit, limitsInScript } from '../../../src/shared/script/procedureLimits.ts';
import { randomNumbers } from '../statistics/support.ts';

const limits = { lower: 1.5, upper: 2.5 };

const procedure = (measurement: string): string => `name: Board test
main:
  - name: Check rails # the first
    python: phases.rails
    measurements:
${measurement}
  - name: Burn in
    python: phases.burn_in
`;

function edited(source: string, wanted = limits, name = 'a', phase = 'Check rails'): string {
  const answer = limitsEdit(source, phase, name, wanted);
  assert.ok(answer.kind === 'edit', JSON.stringify(answer));
  return applyEdits(source, answer.edits);
}

describe('limits of a measurement in procedure.yaml', () => {
  it('are replaced where they are written, and added in the layout of the file', () => {
    const cases: [before: string, after: string][] = [
      [
        `      - name: a
        validators:
          - operator: ">=" # low
            expected_value: 1 # V
          - { operator: '<=', expected_value: 2.5 }`,
        `      - name: a
        validators:
          - operator: ">=" # low
            expected_value: 1.5 # V
          - { operator: '<=', expected_value: 2.5 }`,
      ],
      [
        `      - key: a
        name: Rail A
        validators:
        - operator: ">="
          expected_value: 1 # V`,
        `      - key: a
        name: Rail A
        validators:
        - operator: ">="
          expected_value: 1.5 # V
        - operator: "<="
          expected_value: 2.5`,
      ],
      [
        `      - name: a
        unit: V # volts
      - name: b`,
        `      - name: a
        unit: V # volts
        validators:
          - operator: ">="
            expected_value: 1.5
          - operator: "<="
            expected_value: 2.5
      - name: b`,
      ],
      [
        `      - { name: a, unit: V }`,
        `      - { name: a, unit: V, validators: [{ operator: ">=", expected_value: 1.5 }, { operator: "<=", expected_value: 2.5 }] }`,
      ],
      [
        `      - name: a
        validators: [{ operator: "<=", expected_value: 3 }]`,
        `      - name: a
        validators: [{ operator: "<=", expected_value: 2.5 }, { operator: ">=", expected_value: 1.5 }]`,
      ],
      [
        `      - name: a
        validators: []`,
        `      - name: a
        validators: [{ operator: ">=", expected_value: 1.5 }, { operator: "<=", expected_value: 2.5 }]`,
      ],
    ];
    for (const [before, after] of cases) {
      assert.equal(edited(procedure(before)), procedure(after));
      const windows = procedure(before).replaceAll('\n', '\r\n');
      assert.equal(edited(windows), procedure(after).replaceAll('\n', '\r\n'));
    }
  });

  it('are found by the key that the engine makes from a name', () => {
    const [found] = editableMeasurements(procedure('      - name: Tension à vide (V)'));
    assert.equal(found?.name, 'tension_a_vide__v_');
    assert.deepEqual(found.phases, ['Check rails']);
    assert.equal(found.line, 6);
  });

  it('are not looked for in other YAML files', () => {
    assert.deepEqual(editableMeasurements('services:\n  web:\n    image: nginx\n'), []);
    assert.deepEqual(editableMeasurements('- a\n- b\n'), []);
    assert.deepEqual(editableMeasurements('a: [1,\n'), []);
  });

  it('are not edited where the edit could be wrong', () => {
    const withValidator = (text: string): string => procedure(`      - name: a\n        validators: [${text}]`);
    const cases: [source: string, reason: RefusalReason][] = [
      [withValidator('{ operator: "==", expected_value: 2 }'), 'otherRule'],
      [withValidator('{ operator: ">", expected_value: 2 }'), 'otherRule'],
      [withValidator('{ operator: ">=", expected_value: 2, outcome: FAIL }'), 'otherRule'],
      [withValidator('{ operator: ">=", expected_value: "2" }'), 'computed'],
      [withValidator('{ operator: ">=", expected_value: .inf }'), 'computed'],
      [withValidator('{ operator: ">=", expected_value: 1 }, { operator: ">=", expected_value: 2 }'), 'severalLimits'],
      [procedure('      - name: a\n        validators:'), 'computed'],
      [procedure('      - name: a\n        x_axis: { unit: s }'), 'otherRule'],
      [procedure('      - name: a\n        validators: "none"'), 'computed'],
      [procedure('      - name: a\n      - key: a\n        name: b'), 'ambiguous'],
      [procedure('      - name: b'), 'notFound'],
      [procedure('      - name: a\n        unit: V\n        unit: A'), 'syntaxError'],
      [procedure('      - &one { name: a }\n      - name: b\n        title: *one'), 'shared'],
      [procedure('      - name: a\n        validators: &v []\n      - name: b\n        validators: *v'), 'shared'],
      [procedure('      - name: b\n        validators: &v []\n      - name: a\n        validators: *v'), 'shared'],
    ];
    for (const [source, reason] of cases) {
      const answer = limitsEdit(source, 'Check rails', 'a', limits);
      assert.ok(answer.kind === 'refused', source);
      assert.equal(answer.reason, reason, source);
    }
    const both = withValidator('{ operator: ">=", expected_value: 1 }, { operator: "<=", expected_value: 2 }');
    for (const wanted of [
      { lower: null, upper: 2 },
      { lower: null, upper: null },
      { lower: 3, upper: 2 },
    ]) {
      const answer = limitsEdit(both, 'Check rails', 'a', wanted);
      assert.ok(answer.kind === 'refused');
      assert.equal(answer.reason, 'invalid');
    }
  });

  it('are the only difference after an edit, whatever the layout', function () {
    this.timeout(300_000);
    for (let round = 0; round < rounds; round += 1) {
      const source = randomProcedure();
      const expected = parse(source) as RandomProcedure;
      const phase = pick(expected.main);
      const measurement = pick(phase.measurements);
      const wanted = pick([limits, { lower: -1e-9, upper: 1e21 }, { lower: 0, upper: 0 }]);
      const text = edited(source, wanted, measurement.name, phase.name);

      const values = { '>=': wanted.lower, '<=': wanted.upper };
      const written = (measurement.validators ?? []).map(({ operator }) => operator);
      const missing = operators.filter((operator) => !written.includes(operator));
      measurement.validators = [...written, ...missing].map((operator) => ({
        operator,
        expected_value: values[operator],
      }));
      assert.deepEqual(parse(text), expected, source);
      assert.deepEqual(text.match(/#[^\r\n]*/g), source.match(/#[^\r\n]*/g), source);
      const read = limitsInScript(text, phase.name, measurement.name);
      assert.ok(read.kind === 'limits');
      assert.deepEqual(read.limits, wanted);
    }
  });
});

/** Rounds of the random test. */
const rounds = Number(process.env['LIMITS_ROUNDS'] ?? 100);

const operators = ['>=', '<='] as const;
type Operator = (typeof operators)[number];

const random = randomNumbers();

function pick<T>(choices: readonly T[]): T {
  const chosen = choices[Math.floor(random() * choices.length)];
  assert.ok(chosen !== undefined);
  return chosen;
}

interface RandomProcedure {
  main: { name: string; measurements: RandomMeasurement[] }[];
}

interface RandomMeasurement {
  name: string;
  validators?: { operator: Operator; expected_value: number }[];
}

/** Writes a procedure by string concatenation, in a layout that a person could have chosen. */
function randomProcedure(): string {
  const lines = ['name: Random', 'main:'];
  const comment = (): string => pick(['', '', ' # why', ' # "quoted: text"']);
  const indent = pick(['', '  ', '    ']);
  const phases = pick([1, 2, 3]);
  for (let phase = 0; phase < phases; phase += 1) {
    lines.push(`${indent}- name: phase ${phase}${comment()}`, `${indent}  measurements:${comment()}`);
    const inner = indent + pick(['  ', '    ', '      ']);
    const measurements = pick([1, 2, 3, 4]);
    for (let n = 0; n < measurements; n += 1) lines.push(...randomMeasurement(inner, `m${n}`, comment));
    if (pick([true, false])) lines.push(`${indent}  description: |`, `${indent}    text: [not yaml`);
    if (pick([true, false])) lines.push('', `${indent}  # between`);
  }
  return lines.join(pick(['\n', '\r\n'])) + pick(['', '\n']);
}

function randomMeasurement(indent: string, name: string, comment: () => string): string[] {
  const operatorsUsed = pick([[], ['>='], ['<='], ['>=', '<='], ['<=', '>=']]);
  const number = (): string => pick(['1', '-2.50', '1e3', '0x10', '.5', '+4']);
  const quote = (text: string): string => pick([`"${text}"`, `'${text}'`]);
  const flow = (operator: string): string =>
    pick([
      `{ operator: ${quote(operator)}, expected_value: ${number()} }`,
      `{expected_value: ${number()}, operator: ${quote(operator)}}`,
    ]);
  const list = `[${operatorsUsed.map(flow).join(', ')}]`;
  if (pick([true, false, false])) {
    return [`${indent}- { name: ${name}${pick([', unit: V', ''])}, validators: ${list} }${comment()}`];
  }
  const lines = [`${indent}- name: ${quote(name)}${comment()}`];
  if (pick([true, false])) lines.push(`${indent}  unit: "%"${comment()}`);
  if (operatorsUsed.length === 0) return lines;
  if (pick([true, false])) return [...lines, `${indent}  validators: ${list}${comment()}`];
  lines.push(`${indent}  validators:${comment()}`);
  const inner = `${indent}${pick(['  ', '    '])}`;
  for (const operator of operatorsUsed) {
    if (pick([true, false])) lines.push(`${inner}- ${flow(operator)}${comment()}`);
    else
      lines.push(
        `${inner}- operator: ${quote(operator)}${comment()}`,
        `${inner}  expected_value: ${number()}${comment()}`,
      );
  }
  return lines;
}
