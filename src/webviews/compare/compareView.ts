import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import { type PopulationSigma, toComparePage } from '../../shared/contract/comparePage.ts';
import type { Report } from '../../shared/contract/report.ts';
import { compareRuns, type RunComparison } from '../../shared/run/runComparison.ts';
import { formatIsoDuration } from '../../shared/run/timeline.ts';
import { language, PageElement, states } from '../shared/element.ts';
import { failurePage } from '../shared/failurePage.ts';
import { handleMessages } from '../shared/host.ts';
import { iconButton, outcomeMark } from '../shared/icons.ts';
import { filterField, link } from '../shared/pageParts.ts';
import { curvesSection, type SeriesOfSides } from './curvesSection.ts';
import { send, viewState } from './host.ts';
import { measurementsTable } from './measurementsTable.ts';
import { phasesTable } from './phasesTable.ts';

import '@vscode-elements/elements/dist/vscode-checkbox/index.js';
import '@vscode-elements/elements/dist/vscode-textfield/index.js';

interface Shown {
  readonly left: Report;
  readonly right: Report;
  readonly comparison: RunComparison;
  readonly sigmas: readonly PopulationSigma[];
  readonly noSigmas: string | null;
}

class CompareView extends PageElement {
  static override properties = states('shown', 'failure', 'onlyDifferences', 'name', 'series');
  declare shown: Shown | undefined;
  declare failure: string | undefined;
  declare onlyDifferences: boolean;
  declare name: string;
  declare series: SeriesOfSides;

  constructor() {
    super();
    const { onlyDifferences, name } = viewState.value;
    this.onlyDifferences = onlyDifferences;
    this.name = name;
    this.series = new Map();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    handleMessages(toComparePage, {
      runs: ({ left, right, sigmas, no_sigmas: noSigmas }) => {
        this.failure = undefined;
        this.shown = { left, right, comparison: compareRuns(left, right), sigmas, noSigmas };
      },
      series: ({ side, measurement, series }) =>
        (this.series = new Map([...this.series, [`${side} ${measurement}`, series]])),
      failed: ({ message }) => (this.failure = message),
    });
  }

  protected override render(): unknown {
    if (this.failure !== undefined) {
      return failurePage(l10n.t('These runs cannot be compared'), this.failure, () => send({ type: 'refresh' }));
    }
    if (!this.shown) return html`<p class="note loading" role="status">${l10n.t('Loading the runs…')}</p>`;
    const { left, right, comparison, sigmas, noSigmas } = this.shown;
    const wanted = this.name.toLowerCase();
    const measurements = comparison.measurements.filter(({ phase, name }) =>
      `${phase} ${name}`.toLowerCase().includes(wanted),
    );
    const shown = this.onlyDifferences
      ? measurements.filter(({ differences }) => differences.length > 0)
      : measurements;
    const phases = this.onlyDifferences
      ? comparison.phases.filter(({ differences }) => differences.length > 0)
      : comparison.phases;
    return html`
      <header class="title-bar">
        <h1>${l10n.t('Compare runs')}</h1>
        <vscode-checkbox
          label=${l10n.t('Only differences')}
          .checked=${this.onlyDifferences}
          @change=${this.#onOnlyDifferences}
        ></vscode-checkbox>
        ${filterField(l10n.t('Filter by name'), l10n.t('Filter measurements by name'), this.name, this.#onName)}
        <div class="actions">
          ${iconButton('export', l10n.t('Export…'), () => send({ type: 'export' }))}
          ${iconButton('refresh', l10n.t('Refresh'), () => send({ type: 'refresh' }))}
        </div>
      </header>
      <main>
        ${heads(left, right)}
        <p class="summary" role="status">${summary(comparison)}</p>
        <section aria-labelledby="phases">
          <h2 id="phases">${l10n.t('Phases')}</h2>
          ${phasesTable(phases, this.onlyDifferences)}
        </section>
        <section aria-labelledby="measurements">
          <h2 id="measurements">${l10n.t('Measurements')}</h2>
          ${noSigmas === null ? nothing : html`<p class="note">${noSigmas}</p>`}
          ${measurementsTable(shown, sigmas, noSigmas === null, this.#emptyText(measurements.length))}
        </section>
        ${curvesSection(measurements, this.series)}
      </main>
    `;
  }

  #emptyText(count: number): string {
    if (this.shown?.comparison.measurements.length === 0) return l10n.t('Neither run has measurements.');
    return count > 0 ? l10n.t('The measurements do not differ.') : l10n.t('No matching measurements.');
  }

  readonly #onOnlyDifferences = ({ target }: Event & { target: HTMLInputElement }): void => {
    this.onlyDifferences = target.checked;
    viewState.save({ onlyDifferences: target.checked });
  };

  readonly #onName = (name: string): void => {
    this.name = name;
    viewState.save({ name });
  };
}
customElements.define('compare-view', CompareView);

const heads = (left: Report, right: Report): unknown => html`
  <div class="scroller" tabindex="0" role="region" aria-label=${l10n.t('The two runs')}>
    <table class="heads">
      <thead>
        <tr>
          <td></td>
          <th scope="col">${l10n.t('Older run')}</th>
          <th scope="col">${l10n.t('Newer run')}</th>
        </tr>
      </thead>
      <tbody>
        ${headRow(l10n.t('Run'), runLink(left), runLink(right))}
        ${headRow(l10n.t('Serial number'), unitLink(left), unitLink(right))}
        ${headRow(l10n.t('Outcome'), outcomeMark(left.outcome), outcomeMark(right.outcome), left.outcome !== right.outcome)}
        ${texts(l10n.t('Part'), left, right, ({ unit }) => `${unit.part.number} ${unit.part.revision.number}`)}
        ${texts(l10n.t('Procedure'), left, right, ({ procedure }) => [procedure.name, procedure.version?.tag].filter(Boolean).join(' · '))}
        ${texts(l10n.t('Station'), left, right, (run) => run.created_by_station?.name ?? '')}
        ${headRow(l10n.t('Duration'), formatIsoDuration(left.duration), formatIsoDuration(right.duration))}
      </tbody>
    </table>
  </div>
`;

const headRow = (name: string, left: unknown, right: unknown, isDifferent = false): unknown => html`
  <tr>
    <th scope="row">${name} ${isDifferent ? html`<span class="changed">${l10n.t('changed')}</span>` : nothing}</th>
    <td>${left}</td>
    <td>${right}</td>
  </tr>
`;

function texts(name: string, left: Report, right: Report, text: (run: Report) => string): unknown {
  const [one, other] = [text(left), text(right)];
  return one === '' && other === '' ? nothing : headRow(name, one, other, one !== other);
}

const runLink = ({ id, started_at }: Report): unknown =>
  link(new Date(started_at).toLocaleString(language(), { dateStyle: 'medium', timeStyle: 'medium' }), () =>
    send({ type: 'openRun', run: id }),
  );

const unitLink = ({ unit: { serial_number } }: Report): unknown =>
  link(serial_number, () => send({ type: 'openUnit', serial_number }));

function summary({ measurements }: RunComparison): string {
  const count = (difference: string): number =>
    measurements.filter(({ differences }) => differences.some((each) => each === difference)).length;
  return l10n.t(
    'Of {0} measurements, {1} changed their outcome, {2} changed their limits, {3} are only in the older run, {4} only in the newer run.',
    measurements.length,
    count('outcome'),
    count('limits'),
    count('only_left'),
    count('only_right'),
  );
}
