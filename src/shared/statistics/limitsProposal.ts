import type { NoVariation, TooFew } from './answers.ts';
import { tooFew } from './answers.ts';
import { fewestForCapability, type SpecLimits } from './capability.ts';
import { momentsOf, standardDeviation } from './moments.ts';
import { sorted, sortedQuantile, valuesNeededForQuantile } from './quantile.ts';

export type LimitsMethod =
  | { readonly kind: 'sigmas'; readonly sigmas: number }
  /** Quantiles of the values, as shares from 0 to 1. */
  | { readonly kind: 'quantiles'; readonly lower: number; readonly upper: number }
  /** The closest limits with which the values have this Ppk. */
  | { readonly kind: 'ppk'; readonly ppk: number };

export type LimitsSide = 'lower' | 'upper' | 'both';

export type LimitsProposal = (SpecLimits & { readonly kind: 'limits'; readonly count: number }) | TooFew | NoVariation;

/** Returns limits for values like these. They say what is usual, not what the product needs. */
export function proposeLimits(
  values: readonly number[],
  method: LimitsMethod,
  side: LimitsSide = 'both',
): LimitsProposal {
  const moments = momentsOf(values);
  const { count, mean } = moments;
  const hasLower = side !== 'upper';
  const hasUpper = side !== 'lower';
  const needed = Math.max(fewestForCapability, ...neededForQuantiles(method, hasLower, hasUpper));
  if (count < needed) return tooFew(count, needed);
  const sigma = standardDeviation(moments) ?? 0;
  if (sigma === 0) return { kind: 'noVariation', value: mean };
  const limits = (lower: number | null, upper: number | null): LimitsProposal => ({
    kind: 'limits',
    count,
    lower: hasLower ? lower : null,
    upper: hasUpper ? upper : null,
  });
  if (method.kind === 'quantiles') {
    const ordered = sorted(values);
    return limits(sortedQuantile(ordered, method.lower), sortedQuantile(ordered, method.upper));
  }
  const distance = (method.kind === 'sigmas' ? method.sigmas : 3 * method.ppk) * sigma;
  return limits(mean - distance, mean + distance);
}

function neededForQuantiles(method: LimitsMethod, hasLower: boolean, hasUpper: boolean): number[] {
  if (method.kind !== 'quantiles') return [];
  return [
    ...(hasLower ? [valuesNeededForQuantile(method.lower)] : []),
    ...(hasUpper ? [valuesNeededForQuantile(method.upper)] : []),
  ];
}
