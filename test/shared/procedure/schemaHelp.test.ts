import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { isMap, isScalar, isSeq, parseDocument } from 'yaml';
import { procedureJsonSchema } from '../../../src/shared/contract/procedureFile.ts';
import { cursorPlace } from '../../../src/shared/procedure/cursorPlace.ts';
import { ProcedureSchema } from '../../../src/shared/procedure/schemaHelp.ts';

const root = join(import.meta.dirname, '../../..');
const schema = new ProcedureSchema(procedureJsonSchema());
const fixtures = join(root, 'test/fixtures/engine');

/** The cursor is at the sign `¦`. */
const labels = (text: string): string[] =>
  schema.suggestionsAt(text.replace('¦', ''), text.indexOf('¦')).suggestions.map(({ label }) => label);

describe('the completion in procedure.yaml by its schema', () => {
  it('names the keys of the mapping that the cursor is in, without those that are there', () => {
    assert.deepEqual(labels('na¦'), [
      ...['name', 'id', 'version', 'description', 'execution', 'unit', 'plugs', 'setup', 'main', 'teardown'],
    ]);
    assert.ok(!labels('name: A\n¦\nmain:\n').some((label) => label === 'name' || label === 'main'));
    const phase = labels('main:\n  - name: A\n    ¦\n    python: a\n  - name: B\n    timeout: 1s\n');
    assert.ok(phase.includes('timeout') && phase.includes('depends_on') && !phase.includes('python'), phase.join());
    assert.deepEqual(labels('main:\n- name: A\n  measurements:\n  - name: v\n    validators:\n    - op¦'), [
      ...['operator', 'expected_value', 'outcome', 'expression'],
    ]);
    assert.ok(labels('execution:\n  ¦').includes('on_first_failure'));
    assert.ok(labels('unit:\n  metadata:\n    lot:\n      ¦').includes('pattern'));
  });

  it('names the values that a key can have', () => {
    assert.deepEqual(labels('execution:\n  on_first_failure: ¦'), ['stop', 'continue']);
    assert.deepEqual(labels('unit:\n  auto_identify: t¦'), ['true', 'false']);
    const types = labels('main:\n  - name: A\n    ui:\n      components:\n        - type: ¦');
    assert.equal(new Set(types).size, 12);
    assert.ok(
      labels('main:\n  - name: A\n    measurements:\n      - validators:\n          - operator: ¦').includes("'>='"),
    );
  });

  it('knows mappings in braces, and the fields of a component by its type', () => {
    const of = (type: string): string[] =>
      labels(`main:\n  - name: A\n    ui:\n      components:\n        - { type: ${type}, ¦ }\n`);
    assert.ok(!of('text_input').includes('type'));
    assert.ok(of('text_input').includes('required'), of('text_input').join());
    assert.deepEqual(labels('unit: { serial_number: { pattern: x, ¦'), [
      ...['default_value', 'placeholder', 'description', 'min_length', 'max_length'],
    ]);
    assert.deepEqual(labels('execution: { strategy: ¦ }'), ['phase_first', 'slot_first']);
  });

  it('says nothing in comments, texts, and after what it does not know', () => {
    for (const text of ['# na¦', 'name: "a¦', 'description: |\n  na¦', 'nothing:\n  ¦', 'name: A ¦'])
      assert.deepEqual(labels(text), [], text);
  });

  it('inserts what the value of a key needs', () => {
    const insert = (text: string, label: string): string | undefined =>
      schema.suggestionsAt(text.replace('¦', ''), text.indexOf('¦')).suggestions.find((each) => each.label === label)
        ?.insert;
    assert.equal(insert('¦', 'name'), 'name: ');
    assert.equal(insert('¦', 'main'), 'main:\n  - ');
    assert.equal(insert('main:\n  - ¦', 'ui'), 'ui:\n      ');
    assert.equal(insert('unit: { ¦', 'serial_number'), 'serial_number: ');
  });

  it('explains a key, and a value by its key', () => {
    const at = (text: string): string | null => schema.describe(text.replace('¦', ''), text.indexOf('¦'));
    assert.match(at('ver¦sion: 1') ?? '', /The version that runs name/);
    assert.match(at('execution:\n  on_first_failure: st¦op') ?? '', /`stop` · `continue`/);
    assert.equal(at('nothing¦: 1'), null);
    assert.equal(at('# ver¦sion: 1'), null);
  });

  // The parser is the oracle: each key of each file is at the path that the lines show.
  for (const folder of readdirSync(fixtures).filter((name) => !name.endsWith('.md'))) {
    it(`finds the path of each key in the procedure ${folder}`, () => {
      const source = readFileSync(join(fixtures, folder, 'procedure.yaml'), 'utf8');
      const found = keysOf(parseDocument(source).contents, []);
      assert.ok(found.length > 0);
      for (const { path, key, end } of found) {
        const place = cursorPlace(source, end);
        assert.deepEqual([place?.path, place?.key, place?.written], [path, null, key], `${path.join('/')}/${key}`);
      }
    });
  }

  it('breaks at no offset of a procedure', () => {
    const source = readFileSync(join(fixtures, 'allFields', 'procedure.yaml'), 'utf8');
    for (let offset = 0; offset <= source.length; offset += 1) {
      schema.suggestionsAt(source, offset);
      schema.describe(source, offset);
      schema.suggestionsAt(source.slice(0, offset), offset);
    }
  });
});

interface WrittenKey {
  readonly path: readonly (string | null)[];
  readonly key: string;
  readonly end: number;
}

function keysOf(node: unknown, path: readonly (string | null)[]): WrittenKey[] {
  if (isSeq(node)) return node.items.flatMap((item) => keysOf(item, [...path, null]));
  if (!isMap(node)) return [];
  return node.items.flatMap(({ key, value }) => {
    if (!isScalar(key) || !key.range) return [];
    const name = String(key.value);
    return [{ path, key: name, end: key.range[1] }, ...keysOf(value, [...path, name])];
  });
}
