import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import type { LiveMeasurement, LivePhase } from '../../shared/contract/liveTest.ts';
import { barOf } from '../../shared/live/operatorTexts.ts';
import { icon, outcomeMark } from '../shared/icons.ts';
import { limitsMark } from '../shared/limitsMark.ts';

export function measurementRows(
  { name, measurements, measurements_left_out: left }: LivePhase,
  isOver: boolean,
): unknown {
  return html`
    <div class="measurements" role="table" aria-label=${l10n.t('Measurements of {0}', name)}>
      ${measurements.map((measurement) => measurementRow(measurement, isOver))}
      ${left > 0 ? html`<p class="note">${l10n.t('{0} further measurements are in the report.', left)}</p>` : nothing}
    </div>
  `;
}

export function measurementRow(measurement: LiveMeasurement, isOver: boolean): unknown {
  const { name, outcome, value, units, limits, is_marginal } = measurement;
  const bar = barOf(measurement);
  const missing = isOver ? l10n.t('not measured') : l10n.t('not yet');
  return html`
    <div class="measurement" role="row" data-outcome=${outcome}>
      <span role="cell">${mark(outcome, isOver)}</span>
      <span role="cell" class="name"
        >${name} ${is_marginal ? html`<span class="marginal">${l10n.t('marginal')}</span>` : nothing}</span
      >
      <span role="cell" class="value">
        ${value === null ? html`<span class="note">${missing}</span>` : html`${value} <span class="units">${units}</span>`}
      </span>
      <span role="cell" class="limits"
        >${limits} ${limits === '' ? nothing : html`<span class="units">${units}</span>`}</span
      >
      <span role="cell" class="place">${bar === null ? nothing : limitsMark(bar, outcome)}</span>
    </div>
  `;
}

function mark(outcome: LiveMeasurement['outcome'], isOver: boolean): unknown {
  if (outcome === 'PARTIALLY_SET' && !isOver) {
    return html`<span class="outcome going-on">${icon('pulse')}<span class="word">${l10n.t('growing')}</span></span>`;
  }
  if (outcome === 'PARTIALLY_SET') return outcomeMark('UNSET');
  return outcomeMark(outcome === 'SKIPPED' ? 'SKIP' : outcome);
}
