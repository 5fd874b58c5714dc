import * as z from 'zod';
import type { EnginePhaseOutcome } from '../contract/engine.ts';
import type { RunnerMeasurement } from '../contract/runner.ts';
import { expressionOf, isFulfilled } from '../run/validators.ts';
import type { DeclaredMeasurement } from './declaredProcedure.ts';

const tagged = z.union([
  z.strictObject({ Numeric: z.number() }).transform(({ Numeric }) => Numeric),
  z.strictObject({ String: z.string() }).transform(({ String }) => String),
  z.strictObject({ Boolean: z.boolean() }).transform(({ Boolean }) => Boolean),
  z.strictObject({ Array: z.unknown() }).transform(({ Array }) => Array),
  z.strictObject({ Object: z.unknown() }).transform(({ Object }) => Object),
  z.literal('Null').transform(() => null),
]);

export function untagged(value: unknown): unknown {
  const read = tagged.safeParse(value);
  return read.success ? read.data : value;
}

/** Returns a measurement as the engine has just recorded it. Its verdict comes with the end of its phase. */
export function pendingMeasurement(
  name: string,
  value: unknown,
  unit: string | null,
  declared: DeclaredMeasurement | undefined,
): RunnerMeasurement {
  return {
    name,
    outcome: 'UNSET',
    measured_value: untagged(value),
    units: unit ?? declared?.units ?? null,
    validators: (declared?.validators ?? []).map(({ operator, expected }) => expressionOf(operator, expected)),
    docstring: null,
  };
}

/**
 * Returns the measurement with the verdict that follows from the end of its phase: the engine names each failed measurement in the
 * error, and fails a phase for every validator that does not hold. A validator that cannot be applied to the value, such as a
 * limit on a text, has no verdict and fails nothing.
 */
export function judgedMeasurement(
  measurement: RunnerMeasurement,
  declared: DeclaredMeasurement | undefined,
  phase: EnginePhaseOutcome,
  error: string | null,
): RunnerMeasurement {
  const { name, measured_value: value } = measurement;
  if (error?.includes(`measurement \`${name}\` failed: `) === true) return { ...measurement, outcome: 'FAIL' };
  if (phase !== 'PASS' && phase !== 'FAIL') return measurement;
  const validators = declared?.validators ?? [];
  // A phase that fails by itself leaves values without a verdict, and so does a list.
  const isJudged =
    typeof value !== 'object' && validators.every((rule) => isFulfilled(rule.operator, rule.expected, value));
  return isJudged && validators.length > 0 ? { ...measurement, outcome: 'PASS' } : measurement;
}
