import * as l10n from '@vscode/l10n';
import { html, nothing, svg } from 'lit';
import { guard } from 'lit/directives/guard.js';
import type { MeasurementSummary } from '../../shared/contract/analytics.ts';
import { icon } from '../shared/icons.ts';
import { countText, figure, shareText } from '../shared/numbers.ts';
import { link, scroller } from '../shared/pageParts.ts';
import { capabilityCell } from './capabilityWords.ts';
import { send, viewState } from './host.ts';
import { type MeasurementOrder, sortMeasurements } from './measurementOrder.ts';
import type { View } from './view.ts';
import { limitsWords } from './words.ts';

export function measurementsTable(view: View, measurements: readonly MeasurementSummary[]): unknown {
  const { order, isDescending } = view.chosen;
  const title = l10n.t('Measurements');
  if (measurements.length === 0) {
    return html`<section>
      <h2>${title}</h2>
      <p class="note">${l10n.t('No run has a measurement.')}</p>
    </section>`;
  }
  return html`
    <section>
      <h2>${title}</h2>
      <p class="note">${l10n.t('Figures of the current limits alone. Click a column to sort.')}</p>
      ${scroller(
        title,
        html`<table class="numbers measurements">
          <thead>
            <tr>
              ${head(view, 'name', l10n.t('Measurement'))} ${head(view, 'count', 'n')}
              ${head(view, 'failed', l10n.t('Failed'))} ${head(view, 'mean', l10n.t('Mean'))}
              ${head(view, 'sigma', l10n.t('Sigma'))}
              <th scope="col">${l10n.t('Limits')}</th>
              ${head(view, 'ppk', 'Ppk')}
              <th scope="col">${l10n.t('Newest values')}</th>
            </tr>
          </thead>
          <tbody>
            ${guard([measurements, order, isDescending], () => sortMeasurements(measurements, order, isDescending).map(row))}
          </tbody>
        </table>`,
      )}
    </section>
  `;
}

function head(view: View, key: MeasurementOrder, name: string): unknown {
  const { order, isDescending } = view.chosen;
  const isSorted = order === key;
  const direction = isSorted ? (isDescending ? 'descending' : 'ascending') : 'none';
  // The first click sorts, the second one turns the order around, and the third one restores the order of recording.
  const sort = (): void =>
    isSorted && isDescending
      ? view.save({ order: 'recorded', isDescending: false })
      : view.save({ order: key, isDescending: isSorted });
  return html`
    <th scope="col" aria-sort=${direction}>
      <button type="button" class="sort" @click=${sort}>
        ${name} ${isSorted ? icon(isDescending ? 'arrow-down' : 'arrow-up') : nothing}
      </button>
    </th>
  `;
}

function row(measurement: MeasurementSummary): unknown {
  const { phase_name, measurement_name, count, failed, mean, sigma, lower, upper, units } = measurement;
  const isNumeric = mean !== null;
  const none = (text: string): unknown => html`<span class="note">${text}</span>`;
  return html`
    <tr>
      <th scope="row">
        ${link(measurement_name, () => send({ type: 'openMeasurement', phase_name, measurement_name, days: viewState.value.days }))}
        <span class="note">${phase_name}</span>
      </th>
      <td>${countText(count)}</td>
      <td>${countText(failed)} ${count > 0 && failed > 0 ? none(shareText(failed / count)) : nothing}</td>
      <td>${isNumeric ? figure(mean, units) : nothing}</td>
      <td>${isNumeric ? (sigma === null ? none(l10n.t('Needs two values')) : figure(sigma)) : nothing}</td>
      <td>
        ${limitsWords(lower, upper, units)}
        ${measurement.limits_changed_at === null ? nothing : none(l10n.t('changed'))}
      </td>
      <td>${capabilityCell(measurement.capability, isNumeric)}</td>
      <td>${sparkline(measurement)}</td>
    </tr>
  `;
}

const [width, height] = [120, 24] as const;
const margin = 2;

function sparkline({ recent, lower, upper }: MeasurementSummary): unknown {
  if (recent.length < 2) return nothing;
  const low = recent.reduce((a, b) => Math.min(a, b));
  const high = recent.reduce((a, b) => Math.max(a, b));
  const span = high - low || Math.max(Math.abs(high) * 0.01, 1e-9);
  const near = [lower, upper]
    .filter((limit) => limit !== null)
    .filter((limit) => limit >= low - span && limit <= high + span);
  const bottom = Math.min(low, ...near) - (high === low ? span / 2 : 0);
  const top = Math.max(high, ...near) + (high === low ? span / 2 : 0);
  const y = (value: number): number => height - margin - ((value - bottom) / (top - bottom)) * (height - 2 * margin);
  const x = (index: number): number => margin + (index / (recent.length - 1)) * (width - 2 * margin);
  const points = recent.map((value, index) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  return html`
    <svg
      class="sparkline"
      viewBox="0 0 ${width} ${height}"
      role="img"
      aria-label=${l10n.t('{0} newest values from {1} to {2}', recent.length, figure(low), figure(high))}
    >
      ${near.map((limit) => svg`<line class="limit" x1="0" x2=${width} y1=${y(limit)} y2=${y(limit)} />`)}
      <polyline points=${points} />
    </svg>
  `;
}
