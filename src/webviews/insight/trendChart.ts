import * as l10n from '@vscode/l10n';
import { html } from 'lit';
import type { MeasurementStatistics } from '../../shared/contract/insightView.ts';
import { countText, figure } from '../shared/numbers.ts';
import type { Chart, ChartSeries } from '../shared/seriesChartOptions.ts';
import { byDay } from './days.ts';
import { shortDay } from './words.ts';

import '../shared/seriesChart.ts';

/** A limit farther away than this many ranges of the values would flatten the trend. */
const limitDistance = 1;

export function trendChart({ days: all, units }: MeasurementStatistics['statistics']): unknown {
  const { x, days } = byDay(all);
  const column = (key: 'mean' | 'p5' | 'p95'): (number | null)[] => days.map((day) => day?.[key] ?? null);
  const bounds = [...column('p5'), ...column('p95')].filter((value) => value !== null);
  const low = bounds.reduce((a, b) => Math.min(a, b), Infinity);
  const high = bounds.reduce((a, b) => Math.max(a, b), -Infinity);
  const reach = limitDistance * (high - low);
  // A day without values has the limits of the day before.
  const lastDays: typeof days = [];
  for (const day of days) lastDays.push(day ?? lastDays.at(-1));
  const hasNewLimits = (index: number): boolean => {
    const [before, after] = [lastDays[index - 1], lastDays[index]];
    return before !== undefined && (before.lower !== after?.lower || before.upper !== after.upper);
  };
  const limitLine = (side: 'lower' | 'upper'): ChartSeries[] => {
    const values = lastDays.map((day) => {
      const limit = day?.[side] ?? null;
      return limit !== null && limit >= low - reach && limit <= high + reach ? limit : null;
    });
    const isShown = values.some((value) => value !== null);
    return isShown ? [{ name: '', values, kind: 'steps', color: '--vscode-charts-red', dash: [1, 0] }] : [];
  };
  const [first, ...others] = [...limitLine('lower'), ...limitLine('upper')];
  const chart: Chart = {
    label: l10n.t('Mean and range of 90% of the values of {0} days.', all.length),
    x,
    series: [
      { name: l10n.t('Mean'), values: column('mean'), kind: 'line', color: '--vscode-charts-blue' },
      { name: '', values: column('p95'), kind: 'edge', color: '--vscode-charts-blue' },
      { name: '', values: column('p5'), kind: 'edge', color: '--vscode-charts-blue' },
      ...(first ? [{ ...first, name: l10n.t('Limits of the measurement') }, ...others] : []),
    ],
    band: { upper: 1, lower: 2, color: '--vscode-charts-blue' },
    marks: x
      .filter((_, index) => hasNewLimits(index))
      .map((day) => ({ x: day - 0.5, text: l10n.t('New limits {0}', shortDay(day)) })),
    height: 240,
    isByDay: true,
    formatX: shortDay,
    formatY: (value) => figure(value),
    reading: (index) => {
      const day = days[index];
      if (!day || day.mean === null || day.p5 === null || day.p95 === null) {
        return l10n.t('{0}: no values', shortDay(x[index] ?? 0));
      }
      return l10n.t(
        '{0}: mean {1}, 90% from {2} to {3} (n = {4})',
        shortDay(x[index] ?? 0),
        figure(day.mean, units),
        figure(day.p5),
        figure(day.p95, units),
        countText(day.value_count),
      );
    },
  };
  return html`
    <p class="note">${l10n.t('The area has 90% of the values of a day.')}</p>
    <series-chart .chart=${chart}></series-chart>
  `;
}
