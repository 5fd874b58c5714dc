import type { LivePhase, LiveTest, TestPatch } from '../contract/liveTest.ts';
import type { LiveState, StatePatch } from '../contract/operator.ts';

function changedFields<T extends object>(before: T, after: T): Partial<T> {
  const changed: Partial<T> = {};
  for (const key of Object.keys(after) as (keyof T)[]) {
    if (!isEqual(before[key], after[key])) changed[key] = after[key];
  }
  return changed;
}

/** Compares small objects by their JSON. Large objects have patches of their own. */
const isEqual = (a: unknown, b: unknown): boolean =>
  Object.is(a, b) || (typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b));

const isEmpty = (fields: object): boolean => Object.keys(fields).length === 0;

/** Returns the patch from `before` to `after`; null if they are equal. The same object counts as unchanged. */
export function testPatchOf(before: LiveTest, after: LiveTest): TestPatch | null {
  if (before === after) return null;
  const { phases: phasesBefore, logs: logsBefore, ...restBefore } = before;
  const { phases, logs, ...rest } = after;
  const changed = phases.flatMap((phase, index): TestPatch['phases'] =>
    phase === phasesBefore[index] ? [] : [[index, phase]],
  );
  const newest = logsBefore.at(-1)?.number ?? -1;
  const patch: TestPatch = {
    fields: changedFields(restBefore, rest),
    phases: changed,
    phase_count: phases.length,
    logs_from: logs[0]?.number ?? newest + 1,
    logs: logs.filter(({ number }) => number > newest),
  };
  const isSame =
    isEmpty(patch.fields) &&
    changed.length === 0 &&
    patch.logs.length === 0 &&
    phases.length === phasesBefore.length &&
    logs.length === logsBefore.length;
  return isSame ? null : patch;
}

/** @throws RangeError when the patch is for another state of the test */
export function patchTest(before: LiveTest, { fields, phases, phase_count, logs_from, logs }: TestPatch): LiveTest {
  const patched = before.phases.slice(0, phase_count);
  for (const [index, phase] of phases) patched[index] = phase;
  // The copy turns holes into elements, which `some` would skip.
  const hasHole = [...patched].some((phase: LivePhase | undefined) => phase === undefined);
  if (patched.length !== phase_count || hasHole) {
    throw new RangeError('The patch is for another state of the test.');
  }
  return {
    ...mergeDefined(before, fields),
    phases: patched,
    logs: [...before.logs.filter(({ number }) => number >= logs_from), ...logs],
  };
}

/** Returns the patch from `before` to `after`; 'all' if the whole state must be sent; null if they are equal. */
export function statePatchOf(before: LiveState, after: LiveState): StatePatch | 'all' | null {
  if (before === after) return null;
  if (before.test?.execution_id !== after.test?.execution_id) return 'all';
  const { test: testBefore, ...restBefore } = before;
  const { test: testAfter, ...restAfter } = after;
  const test = testBefore && testAfter ? testPatchOf(testBefore, testAfter) : null;
  const fields = changedFields(restBefore, restAfter);
  return test === null && isEmpty(fields) ? null : { fields, test };
}

/** @throws RangeError when the patch is for another state */
export function patchState(before: LiveState, { fields, test }: StatePatch): LiveState {
  const after = mergeDefined(before, fields);
  if (test === null) return after;
  if (before.test === null) throw new RangeError('The patch is for another state of the station.');
  return { ...after, test: patchTest(before.test, test) };
}

export function mergeDefined<T extends object>(before: T, fields: { readonly [K in keyof T]?: T[K] | undefined }): T {
  const after = { ...before };
  for (const key of Object.keys(fields) as (keyof T)[]) {
    const value = fields[key];
    if (value !== undefined) after[key] = value;
  }
  return after;
}
