import assert from 'node:assert/strict';
import { sorted, sortedQuantile } from '../../../src/shared/statistics/quantile.ts';

/** The seed of all random tests of this folder; STATISTICS_SEED sets another. */
export const seed = Number(process.env['STATISTICS_SEED'] ?? 20_261_128);
export const withSeed = `STATISTICS_SEED=${seed}`;

/** Fails unless the number, rounded to the digits of the published one, is the published one. */
export function published(actual: number | null | undefined, expected: string): void {
  const [, decimals = ''] = expected.replace(/e.*$/, '').split('.');
  const exponent = Number(/e(.*)$/.exec(expected)?.[1] ?? 0);
  near(actual, Number(expected), 0.500001 * 10 ** (exponent - decimals.length));
}

export function near(actual: number | null | undefined, expected: number, tolerance: number): void {
  const isNear = typeof actual === 'number' && Math.abs(actual - expected) <= tolerance;
  assert.ok(isNear, `${actual} is not within ${tolerance} of ${expected}`);
}

/** Fails unless the numbers differ by rounding only. */
export const same = (actual: number | null | undefined, expected: number | null, relative = 1e-9): void => {
  if (expected === null) assert.equal(actual, null);
  else near(actual, expected, relative * Math.max(1e-12, Math.abs(expected)));
};

/** Returns a function that returns numbers from 0 to 1, the same ones for the same seed (mulberry32). */
export function randomNumbers(start = seed): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Returns normal values (Box and Muller), which owe nothing to the distributions under test. */
export function normalValues(count: number, random: () => number, mean = 0, sigma = 1): number[] {
  const one = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Array.from({ length: count }, () => mean + sigma * one());
}

/** Returns the integral of a smooth function by Simpson's rule. */
export function integral(f: (x: number) => number, from: number, to: number, steps = 20_000): number {
  const width = (to - from) / steps;
  let sum = f(from) + f(to);
  for (let index = 1; index < steps; index += 1) sum += (index % 2 === 1 ? 4 : 2) * f(from + index * width);
  return (sum * width) / 3;
}

/** Fails if a number anywhere in an answer is not finite. */
export function finite(answer: unknown): void {
  if (typeof answer === 'number') assert.ok(Number.isFinite(answer), `${answer} came out`);
  if (typeof answer === 'object' && answer !== null) Object.values(answer).forEach(finite);
}

export const normalDensity = (z: number): number => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);

export const quantile = (values: readonly number[], share: number): number | null =>
  sortedQuantile(sorted(values), share);
