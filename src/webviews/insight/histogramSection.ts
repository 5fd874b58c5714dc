import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import type { MeasurementStatistics } from '../../shared/contract/insightView.ts';
import { quantilePpk, type SpecLimits } from '../../shared/statistics/capability.ts';
import { histogramOf } from '../../shared/statistics/histogram.ts';
import { testNormality } from '../../shared/statistics/normality.ts';
import { sorted, sortedQuantile } from '../../shared/statistics/quantile.ts';
import { histogramChart } from '../shared/histogramChart.ts';
import { countText } from '../shared/numbers.ts';
import { indexText } from './capabilityWords.ts';
import { limitsWords } from './words.ts';

export function histogramSection({ statistics, values: found }: MeasurementStatistics): unknown {
  const index = found.limits_index.at(-1);
  const values = found.values.filter((_, at) => found.limits_index[at] === index);
  const limits = found.limits[index ?? 0] ?? { lower: null, upper: null };
  const isPart = found.has_more && found.limits_index[0] === index;
  const n = countText(values.length);
  return html`
    <section>
      <h2>${l10n.t('Distribution')}</h2>
      ${
        values.length === 0
          ? html`<p class="note">${l10n.t('There are no numeric values.')}</p>`
          : html`
              <p class="note">
                ${isPart ? l10n.t('The newest {0} values', n) : found.limits.length > 1 ? l10n.t('{0} values with the current limits', n) : l10n.t('{0} values', n)}
              </p>
              ${histogramChart(
                histogramOf(values, limits),
                limits,
                l10n.t(
                  'Histogram of {0} values. Limits: {1}.',
                  n,
                  limitsWords(limits.lower, limits.upper, statistics.units),
                ),
              )}
              <p class="note">${normalityText(values, limits) ?? nothing}</p>
            `
      }
    </section>
  `;
}

function normalityText(values: readonly number[], limits: SpecLimits): string | null {
  const test = testNormality(values);
  switch (test.kind) {
    case 'noVariation':
      return null;
    case 'tooFew':
      return l10n.t(
        'Whether the values are normal cannot be tested: {0} of the {1} values that are needed.',
        test.count,
        test.needed,
      );
    case 'tested':
      return test.isNormal
        ? l10n.t('The values are close to a normal distribution (Anderson-Darling), as Ppk assumes.')
        : `${l10n.t('The values are not normally distributed (Anderson-Darling), so that Ppk is only a rough guide.')} ${percentileText(values, limits)}`.trim();
  }
}

function percentileText(values: readonly number[], limits: SpecLimits): string {
  const ordered = sorted(values);
  const found = quantilePpk(values.length, (share) => sortedQuantile(ordered, share), limits);
  switch (found.kind) {
    case 'index':
      return l10n.t('By the percentiles of these values (ISO 22514-4), it is {0}.', indexText(found.value));
    case 'tooFew':
      return l10n.t('By percentiles (ISO 22514-4), it could be computed from {0} values.', countText(found.needed));
    case 'noVariation':
    case 'noLimits':
      return '';
  }
}
