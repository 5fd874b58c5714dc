import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import type { Operation } from '../../../src/shared/contract/operation.ts';
import { operations } from '../../../src/shared/contract/operations.ts';

const contract = join(import.meta.dirname, '../../../src/shared/contract');

const isOperation = (value: unknown): value is Operation =>
  typeof value === 'object' &&
  value !== null &&
  ['id', 'method', 'path', 'access', 'answer'].every((key) => key in value);

/** The operations in what a file exports, directly or in a group. */
const operationsIn = (value: unknown): Operation[] => {
  if (isOperation(value)) return [value];
  const isGroup = typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  return isGroup ? Object.values(value).filter(isOperation) : [];
};

/** Values of the parameters that are no UUIDs, by name or by operation and name. */
const examples: Readonly<Record<string, string>> = {
  date: '2026-11-25',
  position: '1',
  'local.signIns.finish id': 'a'.repeat(22),
};

describe('the list of operations', () => {
  it('has every operation of the contract', async () => {
    const files = readdirSync(contract).filter((name) => name !== 'operations.ts');
    const modules = await Promise.all(files.map(async (name) => (await import(join(contract, name))) as object));
    const written = modules.flatMap((module) => Object.values(module).flatMap(operationsIn));
    assert.ok(written.length > 20);
    assert.deepEqual(operations.map(({ id }) => id).sort(), [...new Set(written)].map(({ id }) => id).sort());
  });

  it('has each name and each method and path once', () => {
    const ids = operations.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    const routes = operations.map(({ method, path }) => `${method} ${path.replace(/\{\w+\}/g, '{}')}`);
    assert.equal(new Set(routes).size, routes.length, routes.sort().join('\n'));
  });

  it('has a parameter for each name in a path', () => {
    for (const { id, path, params } of operations) {
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');
      const values = Object.fromEntries(
        names.map((name) => [name, examples[`${id} ${name}`] ?? examples[name] ?? crypto.randomUUID()]),
      );
      const parsed = params.safeParse(values);
      assert.ok(parsed.success, `${id}: ${parsed.error?.message}`);
      assert.deepEqual(Object.keys(parsed.data as object).sort(), names.sort(), id);
    }
  });
});
