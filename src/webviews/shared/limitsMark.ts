import { html, nothing } from 'lit';
import type { LimitsBar } from '../../shared/run/limits.ts';
import { cssPercent } from './element.ts';

/** Renders a value between its limits. Without a label, it is hidden from screen readers. */
export function limitsMark(bar: LimitsBar, outcome: string, label: string | typeof nothing = nothing): unknown {
  const zone = (from: number | null, to: number | null): string =>
    `left: ${cssPercent(from ?? 0)}; right: ${cssPercent(1 - (to ?? 1))}`;
  const hasMargin = bar.marginalLower !== null || bar.marginalUpper !== null;
  return html`
    <span
      class="limits-mark"
      role=${label === nothing ? nothing : 'img'}
      aria-label=${label}
      aria-hidden=${label === nothing ? 'true' : nothing}
    >
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
      <span class="at ${bar.beyond ?? ''}" data-outcome=${outcome} .style=${`left: ${cssPercent(bar.value)}`}></span>
    </span>
  `;
}
