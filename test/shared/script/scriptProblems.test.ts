import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { ProcedureMention } from '../../../src/shared/script/scriptInfo.ts';
import { problemsOf } from '../../../src/shared/script/scriptProblems.ts';

const fvt1 = { id: '7d1ba7bb-3a5b-4b2c-9e2e-5b1c6c7f3a11', identifier: 'FVT1', name: 'Functional verification' };
const named = (id: string, takesOnlyId = false): ProcedureMention => ({ id, literal: { from: 1, to: 9 }, takesOnlyId });
const key = { literal: { from: 1, to: 9 }, argument: null };

const kinds = (procedures: readonly ProcedureMention[], linked: readonly (typeof fvt1)[] | undefined): string[] =>
  problemsOf({ procedures, keys: [] }, linked).map(({ kind }) => kind);

describe('the problems of a script', () => {
  it('are procedures that the station is not linked to', () => {
    assert.deepEqual(kinds([named('FVT9'), named('fvt1'), named(fvt1.id)], [fvt1]), ['notLinked']);
    assert.deepEqual(kinds([named('FVT9')], []), ['notLinked']);
  });

  it('are not told of procedures before the links are known', () => {
    assert.deepEqual(kinds([named('FVT9')], undefined), []);
  });

  it('are identifiers where the client takes only ids', () => {
    assert.deepEqual(kinds([named('FVT1', true), named(fvt1.id.toUpperCase(), true)], [fvt1]), ['needsId']);
  });

  it('are keys that stand in it, whatever is linked', () => {
    assert.deepEqual(problemsOf({ procedures: [], keys: [key] }, undefined), [{ kind: 'writtenKey', key }]);
  });
});
