import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Report, ReportMeasurement, ReportPhase } from '../../shared/contract/report.ts';
import { lastAttempts } from '../../shared/run/attempts.ts';
import { attemptsOf, failuresOf, hasFailed } from '../../shared/run/report.ts';
import { inputs, PageElement, states } from '../shared/element.ts';
import { outcomeMark } from '../shared/icons.ts';
import { filterField } from '../shared/pageParts.ts';
import { viewState } from './host.ts';
import { measurementRows } from './measurementRows.ts';
import { attemptText, headingOf } from './timeline.ts';

import '@vscode-elements/elements/dist/vscode-checkbox/index.js';
import '@vscode-elements/elements/dist/vscode-textfield/index.js';

const rowsPerFrame = 150;

class MeasurementList extends PageElement {
  static override properties = {
    ...inputs('run', 'series'),
    ...states('failedOnly', 'name', 'rowLimit'),
  };
  declare run: Report;
  declare series: ReadonlyMap<string, readonly Float64Array[]>;
  declare failedOnly: boolean;
  declare name: string;
  /** The number of visible rows. It grows with each frame, so that the first rows appear at once. */
  declare rowLimit: number;
  #total = 0;

  constructor() {
    super();
    const { failedOnly, name } = viewState.value;
    this.failedOnly = failedOnly;
    this.name = name;
    this.rowLimit = rowsPerFrame;
  }

  protected override render(): unknown {
    const attempts = attemptsOf(this.run.phases);
    const counted = new Set(lastAttempts(this.run.phases));
    const groups = this.run.phases
      .map((phase, index) => ({ phase, all: attempts[index] ?? 1, shown: phase.measurements.filter(this.#isWanted) }))
      .filter(({ phase }) => !this.failedOnly || counted.has(phase))
      .filter(({ shown }) => shown.length > 0);
    this.#total = groups.reduce((sum, { shown }) => sum + shown.length, 0);
    let rowsLeft = this.rowLimit;
    const failures = failuresOf(this.run);
    return html`
      <section aria-labelledby="measurements">
        <div class="section-head">
          <h2 id="measurements" tabindex="-1">${l10n.t('Measurements')}</h2>
          <vscode-checkbox
            label=${failures === 0 ? l10n.t('Failed only (none)') : l10n.t('Failed only ({0})', failures)}
            .checked=${this.failedOnly}
            .disabled=${failures === 0 && !this.failedOnly}
            @change=${this.#onFailedOnly}
          ></vscode-checkbox>
          ${filterField(l10n.t('Filter by name'), l10n.t('Filter measurements by name'), this.name, this.#onName)}
        </div>
        <p class="only-spoken" role="status">${l10n.t('{0} measurements shown', this.#total)}</p>
        ${groups.length === 0 ? html`<p class="note">${this.#emptyText()}</p>` : nothing}
        ${repeat(
          groups,
          ({ phase }) => phase.id,
          ({ phase, all, shown }) => {
            const rows = shown.slice(0, rowsLeft);
            rowsLeft -= rows.length;
            return measurementTable(this.run.procedure.id, phase, all, rows, this.series);
          },
        )}
      </section>
    `;
  }

  /** Adds the next rows. Fires `complete` after the last. */
  protected override updated(): void {
    if (this.rowLimit < this.#total) requestAnimationFrame(() => (this.rowLimit += rowsPerFrame));
    else this.dispatchEvent(new CustomEvent('complete'));
  }

  #emptyText(): string {
    const hasSome = this.run.phases.some(({ measurements }) => measurements.length > 0);
    return hasSome ? l10n.t('No matching measurements.') : l10n.t('Nothing was measured.');
  }

  readonly #isWanted = (measurement: ReportMeasurement): boolean =>
    (!this.failedOnly || hasFailed(measurement)) && measurement.name.toLowerCase().includes(this.name.toLowerCase());

  readonly #onFailedOnly = ({ target }: Event & { target: HTMLInputElement }): void => {
    this.rowLimit = rowsPerFrame;
    this.failedOnly = target.checked;
    viewState.save({ failedOnly: this.failedOnly });
  };

  readonly #onName = (name: string): void => {
    this.rowLimit = rowsPerFrame;
    this.name = name;
    viewState.save({ name });
  };
}
customElements.define('measurement-list', MeasurementList);

const measurementTable = (
  procedure: string,
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
      ${columnTitles().map((title) => html`<span role="columnheader">${title}</span>`)}
    </div>
    ${repeat(
      measurements,
      ({ id }) => id,
      (each) =>
        guard([each, series.get(each.id)], () =>
          measurementRows(each, series.get(each.id), { procedureId: procedure, phaseName: phase.name }),
        ),
    )}
  </div>
`;

const columnTitles = (): string[] => [
  l10n.t('Outcome'),
  l10n.t('Name'),
  l10n.t('Value'),
  l10n.t('Limits'),
  l10n.t('Place between limits'),
];
