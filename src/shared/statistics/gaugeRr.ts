import type { NoVariation } from './answers.ts';
import { fUpperTail } from './distributions.ts';
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

export interface AnovaRow {
  readonly sumOfSquares: number;
  readonly degrees: number;
  readonly meanSquare: number;
  /** Null where nothing is compared, or the mean square to compare with is 0. */
  readonly f: number | null;
  readonly p: number | null;
}

export interface GaugeStudy extends GaugeComponents {
  readonly kind: 'study';
  readonly anova: Readonly<Record<'part' | 'operator' | 'interaction' | 'repeatability' | 'total', AnovaRow>>;
  readonly isPooled: boolean;
}

export type GaugeRr = GaugeStudy | GaugeRefusal;

/** AIAG's. Minitab's default is 0.05 in newer versions. */
export const poolingAlpha = 0.25;

/** Returns a crossed gauge study by analysis of variance (AIAG Measurement Systems Analysis, 4th edition, chapter III). */
export function gaugeRr(readings: readonly GaugeReading[], options: GaugeOptions = {}): GaugeRr {
  const cells = balancedCells(readings);
  return cells.kind === 'cells' ? studyOf(cells, options) : cells;
}

function studyOf(balanced: BalancedCells, options: GaugeOptions): GaugeStudy | NoVariation {
  const { parts, operators, trials } = balanced;
  const { mean, squares } = sumsOfSquares(balanced);
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
  const components = gaugeComponents(
    { repeatability: repeat, reproducibility: reproduce, partToPart: component(part, operators * trials) },
    mean,
    options,
  );
  if (components === null) return { kind: 'noVariation', value: mean };
  return {
    kind: 'study',
    anova: { part, operator, interaction, repeatability, total: row(squares.total, degrees.total) },
    isPooled,
    ...components,
  };
}

function sumsOfSquares({ cells, parts, operators, trials }: BalancedCells) {
  const [first = []] = cells;
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
    squares: {
      part: operators * trials * squaresFrom(partMeans, mean),
      operator: parts * trials * squaresFrom(operatorMeans, mean),
      interaction: trials * squaresFrom(interactions, 0),
      repeatability: cells.flat().reduce((sum, cell) => sum + squaresFrom(cell, meanOf(cell)), 0),
      total: squaresFrom(all, mean),
    },
  };
}

function row(sumOfSquares: number, degrees: number, error?: Pick<AnovaRow, 'meanSquare' | 'degrees'>): AnovaRow {
  const meanSquare = sumOfSquares / degrees;
  const f = error === undefined || error.meanSquare === 0 ? null : meanSquare / error.meanSquare;
  const p = error === undefined || f === null ? null : fUpperTail(f, degrees, error.degrees);
  return { sumOfSquares, degrees, meanSquare, f, p };
}
