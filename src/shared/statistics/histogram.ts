import type { SpecLimits } from './capability.ts';
import { sorted, sortedQuantile } from './quantile.ts';

/** Values from `from` up to, but without, `to`. The last bin includes its end. */
export interface HistogramBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

export type Histogram =
  | { readonly kind: 'noData' }
  | { readonly kind: 'values'; readonly values: readonly number[] }
  | { readonly kind: 'bars'; readonly bars: readonly { readonly value: number; readonly count: number }[] }
  | {
      readonly kind: 'bins';
      readonly bins: readonly HistogramBin[];
      /** The values beyond the bins, far from all others. */
      readonly below: number;
      readonly above: number;
    };

const fewestValues = 20;
const fewestDistinct = 8;
const [fewestBins, mostBins] = [5, 60] as const;
/** Values farther from the quartiles than this many interquartile ranges would leave one bin to all others. */
const outlierDistance = 20;
/** A limit is shown if it is within this many ranges of the values. */
const limitDistance = 3;

/**
 * Returns the distribution of values in bins of equal width (Freedman and Diaconis 1981; without an interquartile range,
 * Sturges 1926), 5 to 60 of them. Limits nearby are included and are edges of bins, for
 * which the width is adjusted.
 */
export function histogramOf(values: readonly number[], limits: SpecLimits = { lower: null, upper: null }): Histogram {
  if (values.length === 0) return { kind: 'noData' };
  const ordered = sorted(values);
  if (ordered.length < fewestValues) return { kind: 'values', values: ordered };
  const distinct = [...new Set(ordered)];
  if (distinct.length < fewestDistinct) {
    const bars = Map.groupBy(ordered, (value) => value);
    return { kind: 'bars', bars: [...bars].map(([value, { length }]) => ({ value, count: length })) };
  }

  const edges = edgesOf(ordered, distinct, limits);
  const counts = new Array<number>(edges.length - 1).fill(0);
  let [bin, below, above] = [0, 0, 0];
  const [from, to] = [edges[0] ?? 0, edges.at(-1) ?? 0];
  for (const value of ordered) {
    if (value < from) below += 1;
    else if (value > to) above += 1;
    else {
      while (bin < counts.length - 1 && value >= (edges[bin + 1] ?? Infinity)) bin += 1;
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
  }
  const bins = counts.map((count, index) => ({ from: edges[index] ?? from, to: edges[index + 1] ?? to, count }));
  return { kind: 'bins', bins, below, above };
}

function edgesOf(ordered: readonly number[], distinct: readonly number[], { lower, upper }: SpecLimits): number[] {
  const range = binnedRange(ordered);
  const step = distinct
    .slice(1)
    .reduce((least, value, index) => Math.min(least, value - (distinct[index] ?? value)), Infinity);
  const reach = limitDistance * (range.to - range.from);
  const shown = [lower, upper]
    .filter((limit) => limit !== null)
    .filter((limit) => limit >= range.from - reach && limit <= range.to + reach);
  const from = Math.min(range.from, ...shown);
  let to = Math.max(range.to, ...shown);
  const count = Math.min(mostBins, Math.max(fewestBins, Math.ceil((to - from) / idealWidth(ordered, range))));
  let width = (to - from) / count;
  if (width < step) {
    // Each of these bins has one possible value, the last one, too.
    width = step;
    to += shown.includes(to) ? 0 : step;
  }
  return edgesAt(from, to, width, shown);
}

function binnedRange(ordered: readonly number[]): { from: number; to: number } {
  const [first = 0, last = 0] = [ordered[0], ordered.at(-1)];
  const q1 = sortedQuantile(ordered, 0.25) ?? first;
  const q3 = sortedQuantile(ordered, 0.75) ?? last;
  const reach = q3 > q1 ? outlierDistance * (q3 - q1) : Infinity;
  return { from: Math.max(first, q1 - reach), to: Math.min(last, q3 + reach) };
}

function idealWidth(ordered: readonly number[], { from, to }: { from: number; to: number }): number {
  const iqr = (sortedQuantile(ordered, 0.75) ?? 0) - (sortedQuantile(ordered, 0.25) ?? 0);
  if (iqr > 0) return 2 * iqr * ordered.length ** (-1 / 3);
  return (to - from) / (Math.ceil(Math.log2(ordered.length)) + 1);
}

function edgesAt(from: number, to: number, width: number, limits: readonly number[]): number[] {
  const [anchor = from, other = anchor] = [...limits].sort((a, b) => a - b);
  // Limits closer together than a bin cannot both be edges of bins of a useful width.
  const between = other - anchor < 0.75 * width ? 0 : Math.round((other - anchor) / width);
  const fitted = between === 0 ? width : (other - anchor) / between;
  const tolerance = 1e-9;
  const first = -Math.ceil((anchor - from) / fitted - tolerance);
  const last = Math.max(first + 1, Math.ceil((to - anchor) / fitted - tolerance));
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const position = first + index;
    const edge = between > 0 && position === between ? other : anchor + position * fitted;
    if (index === 0) return Math.min(edge, from);
    return position === last ? Math.max(edge, to) : edge;
  });
}
