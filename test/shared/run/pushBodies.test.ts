import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import * as z from 'zod';
import { parseTolerantJson } from '../../../src/shared/json/tolerantJson.ts';
import { newRunOf, type PushKind, withPartNumber } from '../../../src/shared/run/pushBodies.ts';

const object = z.record(z.string(), z.unknown());
const holders = { openhtf: 'metadata', v1: 'unit_under_test', v2: null } as const;

/** The same by way of parsing, which loses digits of numbers. */
function expected(kind: PushKind, body: string, number: string): unknown {
  const json = object.parse(parseTolerantJson(body));
  const holder = holders[kind];
  if (holder === null) return { ...json, part_number: number };
  return { ...json, [holder]: { ...object.parse(json[holder] ?? {}), part_number: number } };
}

const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('{', '}', '"', '\\', '[,:]', 'part_number'));
const key = fc.oneof(text, fc.constantFrom('part_number', 'metadata', 'unit_under_test', 'phases'));
const member = fc.oneof(fc.jsonValue(), text);
/** The oracle cannot copy `__proto__`. */
const members = fc.dictionary(
  key.filter((each) => each !== '__proto__'),
  member,
);
/** The `JSON.parse` of Node 24 takes one of these keys for the other when it has read that one before. */
const confused = /"\\["\\]" ?:/;

describe('a part number that is given later', function () {
  this.timeout(60_000);

  it('changes only the part number in a body of any shape', () => {
    const kinds = fc.constantFrom<PushKind>('openhtf', 'v1', 'v2');
    const inners = fc.option(members, { nil: undefined });
    fc.assert(
      fc.property(kinds, members, inners, text, fc.constantFrom(0, 1, 4), (kind, body, inner, number, indent) => {
        const holder = holders[kind];
        const others = Object.entries(body).filter(([name]) => name !== holder);
        const held = holder !== null && inner !== undefined ? [[holder, inner] as const] : [];
        const whole = Object.fromEntries([...others, ...held]);
        const json = JSON.stringify(whole, null, indent);
        fc.pre(!confused.test(json));
        const changed = withPartNumber(kind, json, number);
        assert.deepEqual(parseTolerantJson(changed), expected(kind, json, number));
      }),
      { numRuns: 2000, seed: 20_260_108 },
    );
  });

  it('keeps every digit and every NaN when it inserts a part number', () => {
    const rest = '"phases": [{"v": 0.1000000000000000055, "w": 12345678901234567890, "n": NaN, "i": -Infinity}]';
    assert.equal(
      withPartNumber('openhtf', `{"metadata": {"procedure_id": "FVT1"}, ${rest}}`, 'A"1'),
      `{"metadata": {"part_number": "A\\"1", "procedure_id": "FVT1"}, ${rest}}`,
    );
    assert.equal(withPartNumber('v2', `{ "part_number" : null , ${rest}}`, 'A1'), `{ "part_number" : "A1" , ${rest}}`);
    assert.equal(withPartNumber('v1', '{}', 'A1'), '{"unit_under_test": {"part_number":"A1"}}');
  });

  it('replaces the part number that counts if a body has two', () => {
    assert.equal(
      withPartNumber('v2', '{"part_number": "", "part_number": " "}', 'A1'),
      '{"part_number": "", "part_number": "A1"}',
    );
  });

  it('turns a refused body into a run by adding a part number', () => {
    const body =
      '{"dut_id": "SN", "outcome": "PASS", "metadata": {"procedure_id": "FVT1"}, "phases": [{"name": "one"}]}';
    assert.throws(() => newRunOf('openhtf', body, 0), /no part number/);
    const { partNumber, serialNumber } = newRunOf('openhtf', withPartNumber('openhtf', body, 'A1'), 0);
    assert.deepEqual([partNumber, serialNumber], ['A1', 'SN']);
  });

  it('refuses to insert a part number into a text that is no body', () => {
    assert.throws(() => withPartNumber('v1', '[]', 'A1'), SyntaxError);
    assert.throws(() => withPartNumber('v1', '{"unit_under_test": "SN"}', 'A1'), SyntaxError);
  });
});
