import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import type { ReportMeasurement, ReportPhase } from '../../shared/contract/report.ts';
import { outcomeMark } from '../shared/outcome.ts';
import { measurementRows } from './measurementRows.ts';
import { attemptText, headingOf } from './timeline.ts';

export const measurementTable = (
  phase: ReportPhase,
  attempts: number,
  measurements: readonly ReportMeasurement[],
  series: ReadonlyMap<string, readonly Float64Array[]>,
): unknown => html`
  <h3 id=${headingOf(phase)} tabindex="-1">
    ${outcomeMark(phase.outcome)} ${phase.name} ${attemptText(phase, attempts)}
  </h3>
  ${phase.docstring ? html`<p class="docstring">${phase.docstring}</p>` : nothing}
  <div class="measurements" role="table" aria-labelledby=${headingOf(phase)}>
    <div class="measurement head only-spoken" role="row">
      ${titles().map((title) => html`<span role="columnheader">${title}</span>`)}
    </div>
    ${repeat(
      measurements,
      ({ id }) => id,
      (each) => guard([each, series.get(each.id)], () => measurementRows(each, series.get(each.id))),
    )}
  </div>
`;

const titles = (): string[] => [
  l10n.t('Outcome'),
  l10n.t('Name'),
  l10n.t('Value'),
  l10n.t('Limits'),
  l10n.t('Place between limits'),
];
