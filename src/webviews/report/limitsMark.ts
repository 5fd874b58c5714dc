import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import { limitsBar, limitsOf } from '../../shared/run/limits.ts';
import type { ReportedValue } from '../../shared/run/results.ts';

export function limitsMark({ outcome, value, validators }: ReportedValue): unknown {
  const limits = limitsOf(validators);
  const bar = limitsBar(limits, value);
  if (bar === null || typeof value !== 'number') return nothing;
  const percent = (share: number | null, otherwise: number): string => `${(100 * (share ?? otherwise)).toFixed(1)}%`;
  const zone = (from: number | null, to: number | null): string =>
    `left: ${percent(from, 0)}; right: calc(100% - ${percent(to, 1)})`;
  const hasMargin = bar.marginalLower !== null || bar.marginalUpper !== null;
  return html`
    <span class="limits-mark" role="img" aria-label=${spoken(value, limits.lower, limits.upper)}>
      <span
        class="zone ${bar.lower === null ? '' : 'from'} ${bar.upper === null ? '' : 'to'}"
        .style=${zone(bar.lower, bar.upper)}
      ></span>
      ${
        hasMargin
          ? html`<span
              class="safe"
              .style=${zone(bar.marginalLower ?? bar.lower, bar.marginalUpper ?? bar.upper)}
            ></span>`
          : nothing
      }
      <span class="at ${bar.beyond ?? ''}" data-outcome=${outcome} .style=${`left: ${percent(bar.value, 0)}`}></span>
    </span>
  `;
}

function spoken(value: number, lower: number | null, upper: number | null): string {
  if (lower !== null && value < lower) return l10n.t('below the lower limit');
  if (upper !== null && value > upper) return l10n.t('above the upper limit');
  if (lower === null || upper === null || upper === lower) return l10n.t('within the limits');
  return l10n.t(
    '{0} percent of the way from the lower to the upper limit',
    Math.round((100 * (value - lower)) / (upper - lower)),
  );
}
