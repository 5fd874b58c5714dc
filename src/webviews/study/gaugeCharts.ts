import * as l10n from '@vscode/l10n';
import { html } from 'lit';
import { type GaugeCell, gaugeCells, rangeLimit } from '../../shared/analytics/gaugeCells.ts';
import type { GaugeResult, StudyReading } from '../../shared/analytics/studyResult.ts';
import { figure } from '../shared/numbers.ts';
import { curveStyle } from '../shared/plotOptions.ts';
import type { Chart, ChartSeries } from '../shared/seriesChartOptions.ts';

import '../shared/seriesChart.ts';

interface Point {
  readonly group: number;
  readonly value: number;
  readonly operator: string;
  readonly text: string;
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

export function gaugeCharts({ readings, units }: GaugeResult, trials: number): unknown {
  const parts = [...new Set(readings.map(({ part }) => part))];
  const operators = [...new Set(readings.map(({ operator }) => operator))];
  const cells = gaugeCells(readings);
  const pointsBy = (groupOf: (reading: StudyReading) => number): Point[] =>
    readings.map((reading) => {
      const { part, operator, value, trial } = reading;
      const text = l10n.t('{0}, {1}, trial {2}: {3}', part, operator, trial, figure(value, units));
      return { group: groupOf(reading), value, operator, text };
    });
  const byPart = pointsBy(({ part }) => parts.indexOf(part));
  const byOperator = pointsBy(({ operator }) => operators.indexOf(operator));
  const chart = (title: string, note: string, content: Chart): unknown => html`
    <div class="chart">
      <h3>${title}</h3>
      <p class="note">${note}</p>
      <series-chart .chart=${content}></series-chart>
    </div>
  `;
  return html`
    <div class="charts">
      ${chart(l10n.t('By part'), l10n.t('All values of each part'), pointsChart(l10n.t('Values of {0} parts', parts.length), byPart, parts, operators))}
      ${chart(l10n.t('By appraiser'), l10n.t('All values of each appraiser, with their mean'), pointsChart(l10n.t('Values of {0} appraisers', operators.length), byOperator, operators, operators))}
      ${chart(l10n.t('Ranges'), l10n.t('The range of the trials of each part, by appraiser'), rangeChart(cells, operators, trials, units))}
      ${chart(l10n.t('Interaction'), l10n.t('The mean of each part by appraiser. Lines that cross show an interaction.'), interactionChart(cells, parts, operators, units))}
    </div>
  `;
}

const common = { height: 220, isByDay: false, formatY: (value: number) => figure(value) };

const colorOf = (index: number): string => curveStyle(index).color;

/** The share of the distance between groups that the points of a group take. */
const groupWidth = 0.5;

function pointsChart(
  label: string,
  readings: readonly Point[],
  names: readonly string[],
  operators: readonly string[],
): Chart {
  // Points side by side: the plotting library leaves out points at the end that share their x.
  const points = names.flatMap((_, group) => {
    const own = readings.filter((each) => each.group === group);
    const mean = meanOf(own.map(({ value }) => value));
    return own.map((point, index) => ({ ...point, mean, x: group + groupWidth * ((index + 0.5) / own.length - 0.5) }));
  });
  return {
    ...common,
    label,
    x: points.map(({ x }) => x),
    series: [
      ...operators.map((operator, index): ChartSeries => ({
        name: operator,
        values: points.map((point) => (point.operator === operator ? point.value : null)),
        kind: 'points',
        color: colorOf(index),
      })),
      {
        name: l10n.t('Mean'),
        values: points.map(({ mean }) => mean),
        kind: 'line',
        color: '--vscode-descriptionForeground',
        dash: [4, 3],
      },
    ],
    formatX: (x) => names[x] ?? '',
    reading: (index) => points[index]?.text ?? '',
  };
}

function rangeChart(
  all: readonly GaugeCell[],
  operators: readonly string[],
  trials: number,
  units: string | null,
): Chart {
  const cells = operators.flatMap((operator) => all.filter((cell) => cell.operator === operator));
  const ranges = cells.map(({ range }) => range);
  const limit = rangeLimit(ranges, trials);
  const beyond = ranges.map((range) => (limit !== null && range > limit ? range : null));
  const level = (name: string, value: number, color: string): ChartSeries => ({
    name: `${name} ${figure(value)}`,
    values: cells.map(() => value),
    kind: 'steps',
    color,
    dash: [6, 3],
  });
  return {
    ...common,
    minimum: 0,
    label: l10n.t(
      'Ranges of {0} cells, {1} beyond the control limit',
      cells.length,
      beyond.filter((each) => each !== null).length,
    ),
    x: cells.map((_, index) => index),
    series: [
      { name: l10n.t('Range of the trials'), values: ranges, kind: 'points', color: colorOf(0) },
      level(l10n.t('Mean range'), meanOf(ranges), '--vscode-descriptionForeground'),
      ...(limit === null ? [] : [level(l10n.t('Control limit'), limit, '--vscode-charts-red')]),
      { name: '', values: beyond, kind: 'rings', color: '--vscode-charts-red' },
    ],
    marks: operators.map((text, index) => ({ x: index * (cells.length / operators.length), text })),
    formatX: (x) => cells[x]?.part ?? '',
    reading: (index) => {
      const cell = cells[index];
      return cell === undefined ? '' : `${cell.operator}, ${cell.part}: ${figure(cell.range, units)}`;
    },
  };
}

function interactionChart(
  cells: readonly GaugeCell[],
  parts: readonly string[],
  operators: readonly string[],
  units: string | null,
): Chart {
  const meanIn = (part: string, operator: string): number | null =>
    cells.find((cell) => cell.part === part && cell.operator === operator)?.mean ?? null;
  return {
    ...common,
    label: l10n.t('Means of {0} parts by {1} appraisers', parts.length, operators.length),
    x: parts.map((_, index) => index),
    series: operators.map((operator, index): ChartSeries => ({
      name: operator,
      values: parts.map((part) => meanIn(part, operator)),
      kind: 'line',
      color: colorOf(index),
    })),
    formatX: (x) => parts[x] ?? '',
    reading: (index) =>
      [
        parts[index],
        ...operators.map((operator) => `${operator} ${figure(meanIn(parts[index] ?? '', operator) ?? NaN, units)}`),
      ].join(' · '),
  };
}
