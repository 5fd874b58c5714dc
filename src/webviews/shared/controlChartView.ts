import * as l10n from '@vscode/l10n';
import { html } from 'lit';
import type { SpecLimits } from '../../shared/statistics/capability.ts';
import type { ControlSegment } from '../../shared/statistics/controlChart.ts';
import { figure } from './numbers.ts';
import type { Chart, ChartSeries } from './seriesChartOptions.ts';

import './seriesChart.ts';

export interface ControlPlot {
  readonly values: readonly number[];
  readonly segments: readonly ControlSegment[];
  readonly limits: readonly SpecLimits[];
  readonly units: string | null;
  readonly segmentTexts: readonly string[];
  readonly nameOf: (index: number) => string;
  readonly formatX: (index: number) => string;
  readonly label: string;
  readonly pickHint?: string;
}

/** A limit of the specification farther away than this many ranges of the chart would flatten the values. */
const limitDistance = 1;

/** Renders a chart of individual values. Fires `pick` with the index of a value. */
export function controlChartView(plot: ControlPlot, pick: (index: number) => void): unknown {
  const slots = slotsOf(plot);
  return html`
    <series-chart
      .chart=${chartOf(plot, slots)}
      @pick=${({ detail }: CustomEvent<number>) => {
        const index = slots[detail];
        if (index != null) pick(index);
      }}
    ></series-chart>
  `;
}

/** Returns the index of the value in each slot; null in the empty slot between two segments. */
const slotsOf = ({ segments }: ControlPlot): (number | null)[] =>
  segments.flatMap(({ start, end }, segment) => [
    ...(segment === 0 ? [] : [null]),
    ...Array.from({ length: end - start }, (_, index) => start + index),
  ]);

function chartOf(plot: ControlPlot, slots: readonly (number | null)[]): Chart {
  const { values, segments, units } = plot;
  const segmentAt = (index: number): number => segments.findIndex(({ start, end }) => index >= start && index < end);
  const column = (valueAt: (index: number) => number | null): (number | null)[] =>
    slots.map((index) => (index === null ? null : valueAt(index)));
  const controlLine = (side: 'center' | 'lower' | 'upper'): (number | null)[] =>
    column((index) => {
      const limits = segments[segmentAt(index)]?.limits;
      return limits?.kind === 'limits' ? limits[side] : null;
    });
  const violating = new Set(segments.flatMap(({ violations }) => violations.map(({ index }) => index)));
  const lines: ChartSeries[] = [
    {
      name: l10n.t('Value'),
      values: column((index) => values[index] ?? null),
      kind: 'points',
      color: '--vscode-charts-blue',
    },
    {
      name: l10n.t('Breaks a rule'),
      values: column((index) => (violating.has(index) ? (values[index] ?? null) : null)),
      kind: 'rings',
      color: '--vscode-charts-red',
    },
    {
      name: l10n.t('Center line'),
      values: controlLine('center'),
      kind: 'line',
      color: '--vscode-descriptionForeground',
      dash: [2, 2],
    },
    {
      name: l10n.t('Control limits'),
      values: controlLine('lower'),
      kind: 'line',
      color: '--vscode-charts-orange',
      dash: [6, 4],
    },
    { name: '', values: controlLine('upper'), kind: 'line', color: '--vscode-charts-orange', dash: [6, 4] },
  ];
  const known = lines.flatMap((line) => line.values).filter((value) => value !== null);
  const low = known.reduce((a, b) => Math.min(a, b), Infinity);
  const high = known.reduce((a, b) => Math.max(a, b), -Infinity);
  const reach = limitDistance * (high - low);
  const specLine = (side: 'lower' | 'upper'): (number | null)[] =>
    column((index) => {
      const limit = plot.limits[segmentAt(index)]?.[side] ?? null;
      return limit !== null && limit >= low - reach && limit <= high + reach ? limit : null;
    });
  const spec = [specLine('lower'), specLine('upper')].filter((line) => line.some((value) => value !== null));
  const starts = segments.slice(1).map(({ start }) => slots.indexOf(start) - 1);
  return {
    label: plot.label,
    x: slots.map((_, slot) => slot),
    series: [
      ...lines,
      ...spec.map((line, index): ChartSeries => ({
        name: index === 0 ? l10n.t('Limits of the measurement') : '',
        values: line,
        kind: 'line',
        color: '--vscode-charts-red',
        dash: [1, 0],
      })),
    ],
    marks: starts.map((x, index) => ({ x, text: plot.segmentTexts[index + 1] ?? '' })),
    height: 300,
    isByDay: false,
    formatX: (slot) => {
      const index = slots[slot];
      return index == null ? '' : plot.formatX(index);
    },
    formatY: (value) => figure(value),
    reading: (slot) => {
      const index = slots[slot];
      return index == null ? '' : `${plot.nameOf(index)}: ${figure(values[index] ?? 0, units)}`;
    },
    ...(plot.pickHint === undefined ? {} : { pickHint: plot.pickHint }),
  };
}
