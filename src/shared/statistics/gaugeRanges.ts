import {
  type BalancedCells,
  balancedCells,
  type GaugeComponents,
  gaugeComponents,
  type GaugeOptions,
  type GaugeReading,
  type GaugeRefusal,
} from './gaugeComponents.ts';
import { meanOf } from './moments.ts';

export interface GaugeRangeStudy extends GaugeComponents {
  readonly kind: 'ranges';
  readonly averageRange: number;
  readonly operatorRange: number;
  readonly partRange: number;
  /** AIAG's factors K1, K2 and K3 of these ranges. */
  readonly factors: Readonly<Record<'trials' | 'operators' | 'parts', number>>;
}

export type GaugeRanges =
  | GaugeRangeStudy
  | GaugeRefusal
  | {
      readonly kind: 'tooMany';
      readonly of: 'parts' | 'operators' | 'trials';
      readonly count: number;
      readonly most: number;
    }
  /** The values differ, but neither trials nor the means of parts or operators do. */
  | { readonly kind: 'onlyInteraction' };

/** The mean (d2) and the standard deviation (d3) of the range of so many standard normal values, from 2. */
const d2 = [
  1.12838, 1.69257, 2.05875, 2.32593, 2.53441, 2.70436, 2.8472, 2.97003, 3.07751, 3.17287, 3.25846, 3.33598, 3.40676,
  3.47183, 3.53198, 3.58788, 3.64006, 3.68896, 3.73495,
];
const d3 = [
  0.8525, 0.88837, 0.87981, 0.86408, 0.84804, 0.83321, 0.81983, 0.80783, 0.79705, 0.78731, 0.77848, 0.77042, 0.76302,
  0.75621, 0.74991, 0.74405, 0.73859, 0.73348, 0.72869,
];

/** The range of more values says little about their spread, and AIAG's table ends there. */
const mostByRanges = d2.length + 1;

/** With more ranges than this, AIAG takes d2 in place of d2*. */
const fewRanges = 15;

/**
 * Returns the factor that makes a standard deviation of the mean of some ranges: 1 / d2* (AIAG, appendix C) with four
 * decimals, as AIAG's K1, K2 and K3 are printed.
 * @param size how many values each range is of, 2 to 20
 */
export function rangeFactor(size: number, ranges: number): number {
  const mean = d2[size - 2];
  if (mean === undefined) throw new RangeError(`There is no factor for ranges of ${size} values.`);
  const deviation = d3[size - 2] ?? 0;
  const divisor = ranges > fewRanges ? mean : Math.sqrt(mean ** 2 + deviation ** 2 / ranges);
  return Math.round(10_000 / divisor) / 10_000;
}

/** Returns a crossed gauge study by averages and ranges (AIAG Measurement Systems Analysis, 4th edition, chapter III). */
export function gaugeByRanges(readings: readonly GaugeReading[], options: GaugeOptions = {}): GaugeRanges {
  const cells = balancedCells(readings);
  if (cells.kind !== 'cells') return cells;
  for (const sort of ['parts', 'operators', 'trials'] as const) {
    if (cells[sort] > mostByRanges) return { kind: 'tooMany', of: sort, count: cells[sort], most: mostByRanges };
  }
  return studyOf(cells, options);
}

function studyOf({ cells, parts, operators, trials }: BalancedCells, options: GaugeOptions): GaugeRanges {
  const averageRange = meanOf(cells.flat().map(rangeOf));
  const operatorMeans = Array.from({ length: operators }, (_, index) =>
    meanOf(cells.flatMap((row) => row[index] ?? [])),
  );
  const operatorRange = rangeOf(operatorMeans);
  const partRange = rangeOf(cells.map((row) => meanOf(row.flat())));
  const factors = {
    trials: rangeFactor(trials, parts * operators),
    operators: rangeFactor(operators, 1),
    parts: rangeFactor(parts, 1),
  };
  const repeatability = (averageRange * factors.trials) ** 2;
  const reproducibility = Math.max(0, (operatorRange * factors.operators) ** 2 - repeatability / (parts * trials));
  const variances = { repeatability, reproducibility, partToPart: (partRange * factors.parts) ** 2 };
  const values = cells.flat(2);
  const mean = meanOf(values);
  const components = gaugeComponents(variances, mean, options);
  const spread = rangeOf(values);
  if (spread === 0) return { kind: 'noVariation', value: mean };
  // What is left by rounding is not variation.
  if (components === null || components.total.sigma < 1e-9 * spread) return { kind: 'onlyInteraction' };
  return { kind: 'ranges', averageRange, operatorRange, partRange, factors, ...components };
}

const rangeOf = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);
