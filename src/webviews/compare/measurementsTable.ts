import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import type { PopulationSigma } from '../../shared/contract/comparePage.ts';
import { shortNumber } from '../../shared/format/shortNumber.ts';
import { formatValue } from '../../shared/format/values.ts';
import { limitsOf } from '../../shared/run/limits.ts';
import { limitsText, measuredText, type ReportedValue } from '../../shared/run/results.ts';
import { type ComparedCurve, type ComparedMeasurement, fewestForSigmas } from '../../shared/run/runComparison.ts';
import { language } from '../shared/element.ts';
import { outcomeMark } from '../shared/icons.ts';
import { differenceText } from './phasesTable.ts';

const maxTextLength = 200;

export function measurementsTable(
  rows: readonly ComparedMeasurement[],
  sigmas: readonly PopulationSigma[],
  hasSigmas: boolean,
  emptyText: string,
): unknown {
  if (rows.length === 0) return html`<p class="note" role="status">${emptyText}</p>`;
  const sigmaOf = new Map(sigmas.map((each) => [keyOf(each.phase_name, each.measurement_name), each]));
  return html`
    <div class="scroller" tabindex="0" role="region" aria-label=${l10n.t('Measurements of both runs')}>
      <table>
        <thead>
          <tr>
            <th scope="col">${l10n.t('Measurement')}</th>
            <th scope="col">${l10n.t('Older run')}</th>
            <th scope="col">${l10n.t('Newer run')}</th>
            <th scope="col" class="number">${l10n.t('Difference')}</th>
            ${hasSigmas ? html`<th scope="col" class="number">${l10n.t('In sigmas')}</th>` : nothing}
            <th scope="col">${l10n.t('Changes')}</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (row, index) => html`
              ${row.phase === rows[index - 1]?.phase ? nothing : phaseRow(row.phase, hasSigmas)}
              ${measurementRow(row, row.of === null ? sigmaOf.get(keyOf(row.phase, row.name)) : undefined, hasSigmas)}
            `,
          )}
        </tbody>
      </table>
    </div>
  `;
}

const keyOf = (phase: string, name: string): string => JSON.stringify([phase, name]);

const phaseRow = (phase: string, hasSigmas: boolean): unknown =>
  html`<tr class="phase">
    <th scope="rowgroup" colspan=${hasSigmas ? 6 : 5}>${phase}</th>
  </tr>`;

function measurementRow(row: ComparedMeasurement, sigma: PopulationSigma | undefined, hasSigmas: boolean): unknown {
  const { name, of, left, right, differences } = row;
  const units = right?.units ?? left?.units ?? '';
  // Two values are seldom equal: their difference is in its own column.
  const changes = differences.filter((each) => each !== 'value' || row.difference === null);
  const differenceAsText = row.difference === null ? '' : `${signed(row.difference, decimalsOf(left, right))} ${units}`;
  return html`
    <tr class=${changes.length > 0 ? 'different' : ''}>
      <th scope="row" class=${of === null ? '' : 'made-of'}>${of === null ? name : l10n.t('{0} of {1}', name, of)}</th>
      <td>${side(left, row.leftCurve)}</td>
      <td>${side(right, row.rightCurve)}</td>
      <td class="number">${differenceAsText.trim()}</td>
      ${hasSigmas ? html`<td class="number">${sigmaText(row.difference, sigma)}</td>` : nothing}
      <td>${changes.map((each) => html`<span class="changed">${differenceText(each)}</span> `)}</td>
    </tr>
  `;
}

function side(result: ReportedValue | null, curve: ComparedCurve | null): unknown {
  if (result === null) return html`<span class="note">${l10n.t('not in this run')}</span>`;
  const { outcome, validators, units, value } = result;
  const text = measuredText(value, limitsOf(validators));
  return html`
    ${outcomeMark(outcome)}
    <span class="value"
      >${
        curve !== null && text === null
          ? l10n.t('{0} points', curve.curve.points.toLocaleString(language()))
          : text === null
            ? html`<span class="note">${l10n.t('not measured')}</span>`
            : html`${valueText(text, value, units, validators.length > 0)}`
      }</span
    >
    ${validators.length > 0 ? html`<span class="limits">${limitsText(validators)}</span>` : nothing}
  `;
}

function valueText(text: string, value: unknown, units: string | null, hasLimits: boolean): unknown {
  const short = typeof value === 'number' ? shortNumber(text, units, hasLimits) : { text, units };
  return html`${short.text.length > maxTextLength ? `${short.text.slice(0, maxTextLength)}…` : short.text}
    <span class="units">${short.units}</span>`;
}

function sigmaText(difference: number | null, sigma: PopulationSigma | undefined): unknown {
  if (difference === null || sigma === undefined) return nothing;
  const count = sigma.count.toLocaleString(language());
  if (sigma.count < fewestForSigmas) {
    return html`<span class="note">${l10n.t('{0} of the {1} values that are needed', count, fewestForSigmas)}</span>`;
  }
  if (sigma.sigma === 0) return html`<span class="note">${l10n.t('all {0} values are equal', count)}</span>`;
  return html`${signed(difference / sigma.sigma, 1)} σ <span class="note">n = ${count}</span>`;
}

/** The decimals of the values: a difference is not known any finer. */
function decimalsOf(left: ReportedValue | null, right: ReportedValue | null): number {
  const decimals = [left, right].map((side) => /\.(\d+)$/.exec(formatValue(side?.value) ?? '')?.[1]?.length ?? 0);
  return Math.max(...decimals);
}

function signed(value: number, decimals: number): string {
  const isPlain = value === 0 || (Math.abs(value) >= 1e-6 && Math.abs(value) < 1e9);
  const text = isPlain
    ? String(Number(Math.abs(value).toFixed(Math.min(100, decimals))))
    : Math.abs(value).toPrecision(4);
  return value === 0 ? text : `${value < 0 ? '−' : '+'}${text}`;
}
