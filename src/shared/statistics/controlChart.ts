import type { NoVariation, TooFew } from './answers.ts';
import { tooFew } from './answers.ts';
import { type ControlRule, type ControlViolation, controlViolations, defaultControlRules } from './controlRules.ts';
import { momentsOf } from './moments.ts';
import { lag1Autocorrelation, movingRangesOf, poolMovingRanges, sigmaWithin } from './series.ts';

/** They are not limits of a specification. */
export interface ControlLimits {
  readonly kind: 'limits';
  readonly count: number;
  readonly center: number;
  readonly sigma: number;
  readonly lower: number;
  readonly upper: number;
}

const fewestForLimits = 20;

/**
 * Returns the control limits of individual values (NIST e-Handbook 6.3.2.2): three sigmas by the mean
 * moving range, which a drift does not widen.
 * @param values null for a missing value, across which there is no moving range
 */
export function controlLimits(
  values: readonly (number | null)[],
  { needed = fewestForLimits } = {},
): ControlLimits | TooFew | NoVariation {
  const { count, mean } = momentsOf(withoutGaps(values));
  if (count < Math.max(2, needed)) return tooFew(count, Math.max(2, needed));
  const ranges = poolMovingRanges(runsOf(values).map(movingRangesOf));
  const sigma = sigmaWithin(ranges);
  if (sigma === null) return tooFew(1, 2);
  if (sigma === 0) return { kind: 'noVariation', value: mean };
  return {
    kind: 'limits',
    count,
    center: mean,
    sigma,
    lower: mean - 3 * sigma,
    upper: mean + 3 * sigma,
  };
}

/** Its indexes are those of the whole chart; `end` is after the last value. */
export interface ControlSegment {
  readonly start: number;
  readonly end: number;
  readonly limits: ControlLimits | TooFew | NoVariation;
  readonly violations: readonly ControlViolation[];
  /** Whether values follow their predecessors so much that the limits are too narrow. */
  readonly isAutocorrelated: boolean;
}

export interface ControlChartOptions {
  /** Where a new segment begins: another version, station, part, or fixture. A change of specification limits is none. */
  readonly segmentStarts?: readonly number[];
  readonly rules?: readonly ControlRule[];
  /** How many first values of each segment set its limits. Those that follow are compared with them. */
  readonly baselineCount?: number;
}

export function controlChart(
  values: readonly (number | null)[],
  { segmentStarts = [], rules = defaultControlRules, baselineCount = 100 }: ControlChartOptions = {},
): ControlSegment[] {
  const inside = segmentStarts.filter((start) => start > 0 && start < values.length);
  const starts = values.length === 0 ? [] : [...new Set([0, ...inside])].sort((a, b) => a - b);
  return starts.map((start, index) => {
    const end = starts[index + 1] ?? values.length;
    const own = values.slice(start, end);
    const limits = controlLimits(baselineOf(own, baselineCount));
    const numbers = withoutGaps(own);
    const correlation = lag1Autocorrelation(numbers, momentsOf(numbers)) ?? 0;
    return {
      start,
      end,
      limits,
      violations: violationsOf(own, start, limits, rules),
      isAutocorrelated: numbers.length >= fewestForLimits && Math.abs(correlation) > 2 / Math.sqrt(numbers.length),
    };
  });
}

function violationsOf(
  own: readonly (number | null)[],
  start: number,
  limits: ControlSegment['limits'],
  rules: readonly ControlRule[],
): ControlViolation[] {
  if (limits.kind !== 'limits') return [];
  const { center, sigma } = limits;
  const points = own.map((value) => (value === null ? null : (value - center) / sigma));
  return controlViolations(points, rules).map(({ rule, index }) => ({ rule, index: index + start }));
}

function baselineOf(values: readonly (number | null)[], count: number): (number | null)[] {
  let found = 0;
  return values.filter((value) => {
    const isBaseline = found < count;
    if (value !== null) found += 1;
    return isBaseline;
  });
}

const withoutGaps = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null);

function runsOf(values: readonly (number | null)[]): number[][] {
  const runs: number[][] = [[]];
  for (const value of values) {
    if (value === null) runs.push([]);
    else runs.at(-1)?.push(value);
  }
  return runs;
}
