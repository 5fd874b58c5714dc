import * as l10n from '@vscode/l10n';
import { html } from 'lit';
import type { ProcedureDay } from '../../shared/contract/analytics.ts';
import { wilsonInterval } from '../../shared/statistics/wilson.ts';
import { countText, shareText } from '../shared/numbers.ts';
import type { Chart } from '../shared/seriesChartOptions.ts';
import { byDay } from './days.ts';
import { durationText, ofText, shortDay } from './words.ts';

import '../shared/seriesChart.ts';

const small = 150;
const large = 220;

const chart = (options: Omit<Chart, 'isByDay' | 'formatX'>): unknown => html`
  <series-chart .chart=${{ ...options, isByDay: true, formatX: shortDay } satisfies Chart}></series-chart>
`;

const reading = (x: number | undefined, text: string): string => `${shortDay(x ?? 0)}: ${text}`;

export function yieldChart(all: readonly ProcedureDay[]): unknown {
  const { x, days } = byDay(all);
  const yieldOf = (passed: 'passed_first' | 'passed_last'): (number | null)[] =>
    days.map((day) => (day && day.yield.units > 0 ? (100 * day.yield[passed]) / day.yield.units : null));
  const bound = (side: 'lower' | 'upper'): (number | null)[] =>
    days.map((day) => {
      const share = day ? wilsonInterval(day.yield.passed_first, day.yield.units) : undefined;
      return share?.kind === 'share' ? 100 * share[side] : null;
    });
  const tested = days.filter((day) => day && day.yield.units > 0);
  return chart({
    label: l10n.t(
      'First-pass and last-pass yield of {0} days, with the 95% interval of the first-pass yield.',
      tested.length,
    ),
    x,
    series: [
      {
        name: l10n.t('First-pass yield'),
        values: yieldOf('passed_first'),
        kind: 'line',
        color: '--vscode-charts-blue',
      },
      { name: l10n.t('Last-pass yield'), values: yieldOf('passed_last'), kind: 'line', color: '--vscode-charts-green' },
      { name: '', values: bound('upper'), kind: 'edge', color: '--vscode-charts-blue' },
      { name: '', values: bound('lower'), kind: 'edge', color: '--vscode-charts-blue' },
    ],
    band: { upper: 2, lower: 3, color: '--vscode-charts-blue' },
    height: large,
    minimum: 0,
    maximum: 100,
    formatY: (percent) => shareText(percent / 100),
    reading: (index) => {
      const counts = days[index]?.yield;
      if (counts === undefined) return reading(x[index], l10n.t('no runs'));
      const { units, passed_first, passed_last } = counts;
      return reading(
        x[index],
        units === 0
          ? l10n.t('no yield')
          : l10n.t('first pass {0}, last pass {1}', ofText(passed_first, units), shareText(passed_last / units)),
      );
    },
  });
}

export function runsChart(all: readonly ProcedureDay[]): unknown {
  const { x, days } = byDay(all);
  const runs = days.map((day) => day?.runs ?? 0);
  return chart({
    label: l10n.t('Runs of {0} days.', all.length),
    x,
    series: [{ name: l10n.t('Runs'), values: runs, kind: 'bars', color: '--vscode-charts-blue' }],
    height: small,
    minimum: 0,
    formatY: (count) => (Number.isInteger(count) ? countText(count) : ''),
    reading: (index) => reading(x[index], l10n.t('{0} runs', countText(runs[index] ?? 0))),
  });
}

export function durationsChart(all: readonly ProcedureDay[]): unknown {
  const { x, days } = byDay(all);
  const column = (key: 'p50_ms' | 'p95_ms'): (number | null)[] => days.map((day) => day?.durations[key] ?? null);
  return chart({
    label: l10n.t('Median and 95th percentile of the duration of passed runs of {0} days.', all.length),
    x,
    series: [
      { name: l10n.t('Median'), values: column('p50_ms'), kind: 'line', color: '--vscode-charts-blue' },
      { name: l10n.t('95th percentile'), values: column('p95_ms'), kind: 'line', color: '--vscode-charts-orange' },
    ],
    height: small,
    minimum: 0,
    formatY: durationText,
    reading: (index) => {
      const { p50_ms = null, p95_ms = null, count = 0 } = days[index]?.durations ?? {};
      return reading(
        x[index],
        p50_ms === null || p95_ms === null
          ? l10n.t('no run passed')
          : l10n.t('median {0}, 95% up to {1} (n = {2})', durationText(p50_ms), durationText(p95_ms), countText(count)),
      );
    },
  });
}
