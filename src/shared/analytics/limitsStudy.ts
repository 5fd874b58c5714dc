import type { analytics } from '../contract/analytics.ts';
import type { Answer } from '../contract/operation.ts';
import type { SpecLimits } from '../statistics/capability.ts';
import {
  type LimitsMethod,
  type LimitsProposal,
  type LimitsSide,
  proposeLimits,
} from '../statistics/limitsProposal.ts';
import { momentsOf, standardDeviation } from '../statistics/moments.ts';

export const limitsMethods: readonly LimitsMethod[] = [
  { kind: 'sigmas', sigmas: 3 },
  { kind: 'sigmas', sigmas: 4 },
  { kind: 'sigmas', sigmas: 6 },
  { kind: 'quantiles', lower: 0.01, upper: 0.99 },
  { kind: 'quantiles', lower: 0.001, upper: 0.999 },
  { kind: 'ppk', ppk: 1.33 },
  { kind: 'ppk', ppk: 1.67 },
];

export function sideOf({ lower, upper }: SpecLimits): LimitsSide {
  if (lower === null) return upper === null ? 'both' : 'upper';
  return upper === null ? 'lower' : 'both';
}

/** Proposes limits that are rounded outwards to about a tenth of the standard deviation. */
export function proposeRoundedLimits(
  values: readonly number[],
  method: LimitsMethod,
  side: LimitsSide,
): LimitsProposal {
  const proposal = proposeLimits(values, method, side);
  if (proposal.kind !== 'limits') return proposal;
  const digits = digitsFor(values);
  return {
    ...proposal,
    lower: proposal.lower === null ? null : rounded(proposal.lower, digits, Math.floor),
    upper: proposal.upper === null ? null : rounded(proposal.upper, digits, Math.ceil),
  };
}

/** Returns how many decimals show a tenth of the standard deviation. */
export function digitsFor(values: readonly number[]): number {
  const sigma = standardDeviation(momentsOf(values)) ?? 0;
  return sigma > 0 ? Math.min(15, Math.max(0, 1 - Math.floor(Math.log10(sigma)))) : 3;
}

function rounded(value: number, digits: number, round: (value: number) => number): number {
  const scale = 10 ** digits;
  const scaled = value * scale;
  // A value that has these digits already is not moved by the error of the product.
  const nearest = Math.round(scaled);
  const whole = Math.abs(scaled - nearest) < 1e-12 * Math.max(1, Math.abs(scaled)) ? nearest : round(scaled);
  const result = Number((whole / scale).toFixed(digits));
  return Number.isFinite(result) ? result : value;
}

/** Returns the columns of the values in these units of measure: limits in other units say nothing about them. */
export function valuesInUnits(found: Answer<typeof analytics.values>, units: string | null) {
  const isSame = found.values.map((_, index) => found.limits[found.limits_index[index] ?? 0]?.units === units);
  const columnOf = <T>(column: readonly T[]): T[] => column.filter((_, index) => isSame[index]);
  return {
    values: columnOf(found.values),
    passed: columnOf(found.passed),
    started_at: columnOf(found.started_at),
    run_ids: columnOf(found.run_ids),
    serial_numbers: columnOf(found.serial_numbers),
  };
}

export interface ChangedVerdicts {
  /** The indexes of the values. */
  readonly toFail: readonly number[];
  readonly toPass: readonly number[];
}

export function changedVerdicts(
  values: readonly number[],
  passed: readonly boolean[],
  { lower, upper }: SpecLimits,
): ChangedVerdicts {
  const toFail: number[] = [];
  const toPass: number[] = [];
  for (const [index, value] of values.entries()) {
    const passes = (lower === null || value >= lower) && (upper === null || value <= upper);
    if (passes === passed[index]) continue;
    (passes ? toPass : toFail).push(index);
  }
  return { toFail, toPass };
}

/** Returns the indexes of the newest value of each unit, in the order of the values. @param serialNumbers oldest value first */
export function newestOfUnits(serialNumbers: readonly string[]): number[] {
  const newest = new Map<string, number>();
  serialNumbers.forEach((serialNumber, index) => newest.set(serialNumber, index));
  return [...newest.values()].sort((a, b) => a - b);
}
