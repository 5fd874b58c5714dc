import '@vscode-elements/elements/dist/vscode-checkbox/index.js';
import '@vscode-elements/elements/dist/vscode-textfield/index.js';
import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Report, ReportMeasurement, ReportPhase } from '../../contract/report.ts';
import { attemptsOf, failuresOf } from '../../domain/report.ts';
import { PageElement } from '../shared/element.ts';
import { outcomeMark } from '../shared/outcome.ts';
import { kept } from './host.ts';
import { measurementRows } from './measurementRows.ts';
import { attemptText, headingOf } from './timeline.ts';

/** All measurements by phase, with their filter. */
class MeasurementList extends PageElement {
  static override properties = {
    run: { attribute: false },
    series: { attribute: false },
    failedOnly: { state: true },
    name: { state: true },
  };
  declare run: Report;
  declare series: ReadonlyMap<string, readonly Float64Array[]>;
  declare failedOnly: boolean;
  /** A part of the names that are looked for. */
  declare name: string;

  constructor() {
    super();
    ({ failedOnly: this.failedOnly, name: this.name } = kept.value);
  }

  protected override render(): unknown {
    const attempts = attemptsOf(this.run.phases);
    const groups = this.run.phases
      .map((phase, index) => ({ phase, all: attempts[index] ?? 1, shown: phase.measurements.filter(this.#isWanted) }))
      .filter(({ shown }) => shown.length > 0);
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
          <vscode-textfield
            placeholder=${l10n.t('Filter by name')}
            .label=${l10n.t('Filter measurements by name')}
            .value=${this.name}
            @input=${this.#onName}
          ></vscode-textfield>
        </div>
        <p class="only-spoken" role="status">
          ${l10n.t(
            '{0} measurements shown',
            groups.reduce((sum, { shown }) => sum + shown.length, 0),
          )}
        </p>
        ${groups.length === 0 ? html`<p class="note">${this.#nothing()}</p>` : nothing}
        ${repeat(
          groups,
          ({ phase }) => phase.id,
          ({ phase, all, shown }) => this.#group(phase, all, shown),
        )}
      </section>
    `;
  }

  #group(phase: ReportPhase, all: number, shown: readonly ReportMeasurement[]): unknown {
    return html`
      <h3 id=${headingOf(phase)} tabindex="-1">
        ${outcomeMark(phase.outcome)} ${phase.name} ${attemptText(phase, all)}
      </h3>
      ${phase.docstring ? html`<p class="docstring">${phase.docstring}</p>` : nothing}
      <div class="measurements" role="table" aria-labelledby=${headingOf(phase)}>
        <div class="measurement head only-spoken" role="row">
          ${titles().map((title) => html`<span role="columnheader">${title}</span>`)}
        </div>
        ${repeat(
          shown,
          ({ id }) => id,
          (measurement) => measurementRows(measurement, this.series.get(measurement.id)),
        )}
      </div>
    `;
  }

  #nothing(): string {
    const hasSome = this.run.phases.some(({ measurements }) => measurements.length > 0);
    return hasSome ? l10n.t('No measurement is like that.') : l10n.t('Nothing was measured.');
  }

  readonly #isWanted = ({ name, outcome }: ReportMeasurement): boolean =>
    (!this.failedOnly || outcome === 'FAIL') && name.toLowerCase().includes(this.name.toLowerCase());

  readonly #onFailedOnly = ({ target }: Event & { target: HTMLInputElement }): void => {
    this.failedOnly = target.checked;
    kept.keep({ failedOnly: this.failedOnly });
  };

  readonly #onName = ({ target }: Event & { target: HTMLInputElement }): void => {
    this.name = target.value;
    kept.keep({ name: this.name });
  };
}
customElements.define('measurement-list', MeasurementList);

/** What the cells of a row are, for who cannot see it. */
const titles = (): string[] => [
  l10n.t('Outcome'),
  l10n.t('Name'),
  l10n.t('Value'),
  l10n.t('Limits'),
  l10n.t('Place between limits'),
];
