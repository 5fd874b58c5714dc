import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { type StudyResult, studyResult } from '../../shared/analytics/studyResult.ts';
import type { Study } from '../../shared/contract/studies.ts';
import { type ToStudyPage, toStudyPage } from '../../shared/contract/studyPage.ts';
import { PageElement, states } from '../shared/element.ts';
import { failurePage } from '../shared/failurePage.ts';
import { handleMessages } from '../shared/host.ts';
import { iconButton } from '../shared/icons.ts';
import { countText } from '../shared/numbers.ts';
import { agreementSection } from './agreementSection.ts';
import { gaugeSection } from './gaugeSection.ts';
import { type GaugeMethod, send, viewState } from './host.ts';
import { nextTrial } from './nextTrial.ts';
import { runsTable } from './runsTable.ts';
import { trialNames } from './words.ts';

type Shown = Extract<ToStudyPage, { type: 'study' }>;

class StudyView extends PageElement {
  static override properties = states('shown', 'failure', 'method');
  declare shown: Shown | undefined;
  declare failure: string | undefined;
  declare method: GaugeMethod;

  override connectedCallback(): void {
    super.connectedCallback();
    this.method = viewState.value.method;
    handleMessages(toStudyPage, {
      study: (shown) => {
        this.failure = undefined;
        this.shown = shown;
      },
      failed: ({ message }) => (this.failure = message),
    });
  }

  protected override render(): unknown {
    if (this.failure !== undefined) {
      return failurePage(l10n.t('This gauge study cannot be shown'), this.failure, () => send({ type: 'refresh' }));
    }
    if (!this.shown) return html`<p class="note loading" role="status">${l10n.t('Loading the gauge study…')}</p>`;
    const { study, is_running, note } = this.shown;
    return html`
      <header class="title-bar">
        <h1>${study.name}</h1>
        <span class="note">
          ${l10n.t('Gauge study of {0} · {1} parts, {2} appraisers, {3} trials', study.procedure.name, study.parts.length, study.appraisers.length, study.trials)}
        </span>
        <div class="actions">
          ${iconButton('export', l10n.t('Export…'), () => send({ type: 'export' }))}
          ${iconButton('refresh', l10n.t('Refresh'), () => send({ type: 'refresh' }))}
          ${iconButton('trash', l10n.t('Delete Study…'), () => send({ type: 'remove' }))}
        </div>
      </header>
      <main>
        ${nextTrial(study, is_running, note)}
        ${guard([study, this.method], () => results(study, this.method, (method) => this.#choose(method)))}
        ${guard([study], () => runsTable(study))}
      </main>
    `;
  }

  #choose(method: GaugeMethod): void {
    this.method = method;
    viewState.save({ method });
  }
}
customElements.define('study-view', StudyView);

function results(study: Study, method: GaugeMethod, choose: (method: GaugeMethod) => void): unknown {
  const { measurements } = study;
  if (study.next !== null) {
    return html`<section>
      <h2>${l10n.t('Result')}</h2>
      <p class="note">
        ${l10n.t('The result needs all {0} runs; {1} are missing. The next one is run {2}.', countText(study.run_count), countText(study.run_count - study.done), study.next)}
      </p>
    </section>`;
  }
  if (measurements.length === 0) {
    return resultSection(study, l10n.t('Outcome of the runs'), studyResult(study, null), method);
  }
  const found = measurements.map((_, index) => studyResult(study, index));
  return html`
    ${found.some(({ kind }) => kind === 'gauge') ? methods(method, choose) : nothing}
    ${measurements.map(({ phase_name, measurement_name }, index) => {
      const result = found[index];
      return result && resultSection(study, `${measurement_name} · ${phase_name}`, result, method);
    })}
  `;
}

const methods = (method: GaugeMethod, choose: (method: GaugeMethod) => void): unknown => html`
  <section class="methods" role="group" aria-label=${l10n.t('Method')}>
    <span class="note">${l10n.t('Method')}</span>
    ${(['anova', 'ranges'] as const).map(
      (each) => html`
        <button type="button" aria-pressed=${each === method} @click=${() => choose(each)}>
          ${each === 'anova' ? 'ANOVA' : l10n.t('Average and range')}
        </button>
      `,
    )}
  </section>
`;

function resultSection(study: Study, title: string, result: StudyResult, method: GaugeMethod): unknown {
  const content = (): unknown => {
    switch (result.kind) {
      case 'gauge':
        return gaugeSection(result, study.trials, method);
      case 'agreement':
        return agreementSection(result);
      case 'mixed':
        return html`<p>${l10n.t('Some values are numbers and others are true or false, so there is no result.')}</p>`;
      case 'noValue':
        return html`<p>${l10n.t('These runs do not have exactly one value of the measurement. Repeat them:')}</p>
          <ul class="trials">
            ${result.trials.map((trial) => html`<li>${trialNames(study, trial)}</li>`)}
          </ul>`;
      case 'open':
        return nothing;
    }
  };
  return html`<section class="result" aria-label=${title}>
    <h2>${title}</h2>
    ${content()}
  </section>`;
}
