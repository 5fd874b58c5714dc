import type { NoVariation, TooFew } from './answers.ts';
import { tooFew } from './answers.ts';
import type { SpecLimits } from './capability.ts';

/** A reading of a gauge study. The operator is often a station or a fixture. */
export interface GaugeReading {
  readonly part: string;
  readonly operator: string;
  readonly value: number;
}

/**
 * A part of the variation, also in percent: of the total standard deviation, which do not add up, of the total variance, which
 * do, and of the tolerance, with six sigmas; null without limits.
 */
export interface GaugeComponent {
  readonly sigma: number;
  readonly percentStudy: number;
  readonly percentContribution: number;
  readonly percentTolerance: number | null;
}

export type GaugeVerdict = 'acceptable' | 'conditional' | 'notAcceptable';

export interface GaugeComponents {
  readonly repeatability: GaugeComponent;
  readonly reproducibility: GaugeComponent;
  readonly gaugeRr: GaugeComponent;
  readonly partToPart: GaugeComponent;
  readonly total: GaugeComponent;
  /** How many kinds of parts the gauge can tell apart; null if it adds no variation. */
  readonly distinctCategories: number | null;
  /** By the greater of the gauge's % study and % tolerance. */
  readonly verdict: GaugeVerdict;
}

export type GaugeRefusal =
  | (TooFew & { readonly of: 'parts' | 'operators' | 'trials' })
  | {
      readonly kind: 'unbalanced';
      readonly part: string;
      readonly operator: string;
      readonly count: number;
      readonly needed: number;
    }
  | NoVariation;

export interface GaugeOptions {
  readonly limits?: SpecLimits;
}

export interface BalancedCells {
  readonly kind: 'cells';
  readonly cells: readonly (readonly (readonly number[])[])[];
  readonly parts: number;
  readonly operators: number;
  readonly trials: number;
}

export function balancedCells(readings: readonly GaugeReading[]): BalancedCells | Exclude<GaugeRefusal, NoVariation> {
  const parts = [...new Set(readings.map(({ part }) => part))];
  const operators = [...new Set(readings.map(({ operator }) => operator))];
  const cells = parts.map((part) =>
    operators.map((operator) =>
      readings.filter((each) => each.part === part && each.operator === operator).map(({ value }) => value),
    ),
  );
  const sizes = cells.flat().map(({ length }) => length);
  const trials = Math.max(0, ...sizes);
  if (parts.length < 2) return { ...tooFew(parts.length, 2), of: 'parts' };
  if (operators.length < 2) return { ...tooFew(operators.length, 2), of: 'operators' };
  if (trials < 2) return { ...tooFew(trials, 2), of: 'trials' };
  const short = sizes.findIndex((size) => size < trials);
  if (short >= 0) {
    const part = parts[Math.floor(short / operators.length)] ?? '';
    const operator = operators[short % operators.length] ?? '';
    return { kind: 'unbalanced', part, operator, count: sizes[short] ?? 0, needed: trials };
  }
  return { kind: 'cells', cells, parts: parts.length, operators: operators.length, trials };
}

/** @param mean of all values, from which the distance of a single limit is measured */
export function gaugeComponents(
  variances: { readonly repeatability: number; readonly reproducibility: number; readonly partToPart: number },
  mean: number,
  { limits }: GaugeOptions,
): GaugeComponents | null {
  const gauge = variances.repeatability + variances.reproducibility;
  const total = gauge + variances.partToPart;
  if (!(total > 0)) return null;
  const figures = (variance: number): GaugeComponent => componentOf(variance, total, mean, limits);
  const gaugeFigures = figures(gauge);
  return {
    repeatability: figures(variances.repeatability),
    reproducibility: figures(variances.reproducibility),
    gaugeRr: gaugeFigures,
    partToPart: figures(variances.partToPart),
    total: figures(total),
    distinctCategories: gauge === 0 ? null : Math.max(1, Math.floor(1.41 * Math.sqrt(variances.partToPart / gauge))),
    verdict: gaugeVerdict(Math.max(gaugeFigures.percentStudy, gaugeFigures.percentTolerance ?? 0)),
  };
}

/** Returns AIAG's verdict of a % study or % tolerance of a gauge: below 10 is acceptable, up to 30 on conditions. */
export function gaugeVerdict(percent: number): GaugeVerdict {
  if (percent < 10) return 'acceptable';
  return percent <= 30 ? 'conditional' : 'notAcceptable';
}

function componentOf(variance: number, total: number, mean: number, limits?: SpecLimits): GaugeComponent {
  const sigma = Math.sqrt(variance);
  const tolerance = limits === undefined ? null : toleranceOf(limits, mean);
  return {
    sigma,
    percentStudy: 100 * Math.sqrt(variance / total),
    percentContribution: (100 * variance) / total,
    percentTolerance: tolerance === null ? null : (100 * 6 * sigma) / tolerance,
  };
}

/** Returns what six sigmas are compared with: with a single limit, twice the distance from it. */
function toleranceOf({ lower, upper }: SpecLimits, mean: number): number | null {
  if (lower !== null && upper !== null) return upper > lower ? upper - lower : null;
  const limit = lower ?? upper;
  return limit === null || limit === mean ? null : 2 * Math.abs(limit - mean);
}
