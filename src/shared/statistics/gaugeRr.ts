import type { NoVariation, TooFew } from './answers.ts';
import { tooFew } from './answers.ts';
import type { SpecLimits } from './capability.ts';
import { fUpperTail } from './distributions.ts';
import { momentsOf } from './moments.ts';

/** A reading of a gauge study. The operator is often a station or a fixture. */
export interface GaugeReading {
  readonly part: string;
  readonly operator: string;
  readonly value: number;
}

export interface AnovaRow {
  readonly sumOfSquares: number;
  readonly degrees: number;
  readonly meanSquare: number;
  /** Null where nothing is compared, or the mean square to compare with is 0. */
  readonly f: number | null;
  readonly p: number | null;
}

/** A part of the variation as a standard deviation, and its shares in percent. */
export interface GaugeComponent {
  readonly sigma: number;
  /** Of the total standard deviation. These do not add up. */
  readonly percentStudy: number;
  /** Of the total variance. These add up. */
  readonly percentContribution: number;
  /** Of the tolerance, with six sigmas; null without limits. */
  readonly percentTolerance: number | null;
}

export interface GaugeStudy {
  readonly kind: 'study';
  readonly anova: Readonly<Record<'part' | 'operator' | 'interaction' | 'repeatability' | 'total', AnovaRow>>;
  /** Whether the interaction was pooled with the repeatability, since its p is above `poolingAlpha`. */
  readonly isPooled: boolean;
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

export type GaugeVerdict = 'acceptable' | 'conditional' | 'notAcceptable';

export type GaugeRr =
  | GaugeStudy
  | (TooFew & { readonly of: 'parts' | 'operators' | 'trials' })
  /** Each operator has to measure each part equally often. */
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
  /** The standard deviation of the process, if the parts of the study do not span it. */
  readonly processSigma?: number;
}

/** AIAG's. Minitab's default is 0.05 in newer versions. */
export const poolingAlpha = 0.25;

/** Returns a crossed gauge study by analysis of variance (AIAG Measurement Systems Analysis, 4th edition, chapter III). */
export function gaugeRr(readings: readonly GaugeReading[], options: GaugeOptions = {}): GaugeRr {
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
  return studyOf(cells, trials, options);
}

function studyOf(cells: readonly (readonly number[][])[], trials: number, options: GaugeOptions): GaugeRr {
  const { mean, squares, sizes } = sumsOfSquares(cells, trials);
  const { parts, operators } = sizes;
  if (squares.total === 0) return { kind: 'noVariation', value: mean };
  const degrees = {
    part: parts - 1,
    operator: operators - 1,
    interaction: (parts - 1) * (operators - 1),
    repeatability: parts * operators * (trials - 1),
    total: parts * operators * trials - 1,
  };
  const repeatability = row(squares.repeatability, degrees.repeatability);
  const interaction = row(squares.interaction, degrees.interaction, repeatability);
  // Without any repeatability, an interaction is real, however small.
  const isPooled = interaction.meanSquare === 0 || (interaction.p ?? 0) > poolingAlpha;
  const error = isPooled
    ? row(squares.repeatability + squares.interaction, degrees.repeatability + degrees.interaction)
    : interaction;
  const part = row(squares.part, degrees.part, error);
  const operator = row(squares.operator, degrees.operator, error);

  const component = (between: AnovaRow, count: number): number =>
    Math.max(0, between.meanSquare - error.meanSquare) / count;
  const repeat = isPooled ? error.meanSquare : repeatability.meanSquare;
  const interact = isPooled ? 0 : Math.max(0, interaction.meanSquare - repeat) / trials;
  const reproduce = component(operator, parts * trials) + interact;
  const gauge = repeat + reproduce;
  const partToPart = component(part, operators * trials);
  const total = options.processSigma === undefined ? gauge + partToPart : options.processSigma ** 2;
  if (!(total > 0)) return { kind: 'noVariation', value: mean };

  const figures = (partVariance: number): GaugeComponent => componentOf(partVariance, total, mean, options.limits);
  const gaugeFigures = figures(gauge);
  const ofParts = options.processSigma === undefined ? partToPart : Math.max(0, total - gauge);
  return {
    kind: 'study',
    anova: { part, operator, interaction, repeatability, total: row(squares.total, degrees.total) },
    isPooled,
    repeatability: figures(repeat),
    reproducibility: figures(reproduce),
    gaugeRr: gaugeFigures,
    partToPart: figures(ofParts),
    total: figures(total),
    distinctCategories: gauge === 0 ? null : Math.max(1, Math.floor(1.41 * Math.sqrt(ofParts / gauge))),
    verdict: gaugeVerdict(Math.max(gaugeFigures.percentStudy, gaugeFigures.percentTolerance ?? 0)),
  };
}

/** Returns AIAG's verdict of a % study or % tolerance of a gauge: below 10 is acceptable, up to 30 on conditions. */
export function gaugeVerdict(percent: number): GaugeVerdict {
  if (percent < 10) return 'acceptable';
  return percent <= 30 ? 'conditional' : 'notAcceptable';
}

const meanOf = (values: readonly number[]): number => momentsOf(values).mean;

function sumsOfSquares(cells: readonly (readonly number[][])[], trials: number) {
  const [first = []] = cells;
  const sizes = { parts: cells.length, operators: first.length };
  const all = cells.flat(2);
  const mean = meanOf(all);
  const partMeans = cells.map((row) => meanOf(row.flat()));
  const operatorMeans = first.map((_, operator) => meanOf(cells.flatMap((row) => row[operator] ?? [])));
  const squaresFrom = (values: readonly number[], center: number): number =>
    values.reduce((sum, value) => sum + (value - center) ** 2, 0);
  const interactions = cells.flatMap((row, part) =>
    row.map((cell, operator) => meanOf(cell) - (partMeans[part] ?? 0) - (operatorMeans[operator] ?? 0) + mean),
  );
  return {
    mean,
    sizes,
    squares: {
      part: sizes.operators * trials * squaresFrom(partMeans, mean),
      operator: sizes.parts * trials * squaresFrom(operatorMeans, mean),
      interaction: trials * squaresFrom(interactions, 0),
      repeatability: cells.flat().reduce((sum, cell) => sum + squaresFrom(cell, meanOf(cell)), 0),
      total: squaresFrom(all, mean),
    },
  };
}

/** Returns a row of the table, compared with the mean square of another if one is given. */
function row(sumOfSquares: number, degrees: number, error?: Pick<AnovaRow, 'meanSquare' | 'degrees'>): AnovaRow {
  const meanSquare = sumOfSquares / degrees;
  const f = error === undefined || error.meanSquare === 0 ? null : meanSquare / error.meanSquare;
  const p = error === undefined || f === null ? null : fUpperTail(f, degrees, error.degrees);
  return { sumOfSquares, degrees, meanSquare, f, p };
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
