import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import type { ReportMeasurement } from '../../shared/contract/report.ts';
import { shortNumber } from '../../shared/format/shortNumber.ts';
import { formatValue } from '../../shared/format/values.ts';
import { limitsBar, limitsOf } from '../../shared/run/limits.ts';
import {
  isMarginal,
  limitsText,
  marginalText,
  measuredText,
  type ReportedValue,
  resultsOf,
} from '../../shared/run/results.ts';
import { language } from '../shared/element.ts';
import { outcomeMark } from '../shared/icons.ts';
import { limitsMark } from '../shared/limitsMark.ts';
import { titleOf } from '../shared/plotOptions.ts';
import { send } from './host.ts';

import '../shared/plot.ts';

const maxInlineLength = 40;

/** @param place with the measurement, it is the argument of the command Open Measurement in the context menu of the rows */
export function measurementRows(
  measurement: ReportMeasurement,
  series: readonly Float64Array[] | undefined,
  place: { readonly procedureId: string; readonly phaseName: string },
): unknown {
  const { curve, docstring, name } = measurement;
  const context = JSON.stringify({ ...place, measurementName: name, webviewSection: 'measurement' });
  return html`
    ${resultsOf(measurement).map((result) => row(result, result.of === null ? curve?.points : undefined, docstring, context))}
    ${curve && curve.points > 0 ? plotRow(measurement, curve, series) : nothing}
  `;
}

function row(
  result: ReportedValue,
  points: number | undefined,
  docstring: string | null | undefined,
  context: string,
): unknown {
  const { name, of, outcome, validators } = result;
  return html`
    <div
      class="measurement ${of === null ? '' : 'made-of'}"
      role="row"
      data-outcome=${outcome}
      data-vscode-context=${context}
    >
      <span role="cell">${outcomeMark(outcome)}</span>
      <span role="cell" class="name">
        ${of === null ? name : l10n.t('{0} of {1}', name, of)}
        ${isMarginal(result) ? html`<span class="marginal" title=${l10n.t('Outside {0}', marginalText(validators))}>${l10n.t('marginal')}</span>` : nothing}
        ${of === null && docstring ? html`<span class="docstring">${docstring}</span>` : nothing}
      </span>
      <span role="cell" class="value ${typeof result.value === 'number' ? 'number' : ''}"
        >${points === undefined ? valueText(result) : pointsText(points)}</span
      >
      <span role="cell" class="limits">${limitsText(validators)}</span>
      <span role="cell" class="place">${limitsBarOf(result)}</span>
    </div>
  `;
}

function valueText({ value, units, validators }: ReportedValue): unknown {
  const text = measuredText(value, limitsOf(validators));
  if (text !== null && typeof value === 'number') return numberText(text, units, validators.length > 0);
  if (text === null) return html`<span class="note">${l10n.t('not measured')}</span>`;
  if (text.length <= maxInlineLength) return html`${text} <span class="units">${units}</span>`;
  return html`<details>
    <summary>${text}</summary>
    <pre>${text} ${units}</pre>
  </details>`;
}

function limitsBarOf({ outcome, value, validators }: ReportedValue): unknown {
  const limits = limitsOf(validators);
  const bar = limitsBar(limits, value);
  if (bar === null || typeof value !== 'number') return nothing;
  return limitsMark(bar, outcome, placeText(value, limits.lower, limits.upper));
}

function placeText(value: number, lower: number | null, upper: number | null): string {
  if (lower !== null && value < lower) return l10n.t('below the lower limit');
  if (upper !== null && value > upper) return l10n.t('above the upper limit');
  if (lower === null || upper === null || upper === lower) return l10n.t('within the limits');
  return l10n.t(
    '{0} percent of the way from the lower to the upper limit',
    Math.round((100 * (value - lower)) / (upper - lower)),
  );
}

const pointsText = (points: number): string => l10n.t('{0} points', points.toLocaleString(language()));

function numberText(text: string, units: string | null, hasLimits: boolean): unknown {
  const short = shortNumber(text, units, hasLimits);
  const title = short.text === text ? nothing : `${text} ${units ?? ''}`.trim();
  return html`<span title=${title}>${short.text} <span class="units">${short.units}</span></span>`;
}

function plotRow(
  { id, name }: ReportMeasurement,
  { axes, points }: NonNullable<ReportMeasurement['curve']>,
  series: readonly Float64Array[] | undefined,
): unknown {
  const named = axes.map((axis, index) => (index === 1 ? { ...axis, name: axis.name ?? name } : axis));
  const [x, ...ys] = named.map((axis, index) => rangeText(titleOf(axis, index === 0 ? 'x' : 'y'), series?.[index]));
  return html`
    <div role="row">
      <div role="cell">
        <curve-plot
          .label=${l10n.t('{0}: {1} points. {2} over {3}.', name, points, ys.join(', '), x ?? '')}
          .axes=${named}
          .series=${series}
          @needed=${() => series ?? send({ type: 'series', measurement: id })}
        ></curve-plot>
      </div>
    </div>
  `;
}

function rangeText(title: string, values: Float64Array | undefined): string {
  if (!values) return title;
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  return l10n.t('{0} from {1} to {2}', title, formatValue(low) ?? '', formatValue(high) ?? '');
}
