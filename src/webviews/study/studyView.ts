import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { studyResult } from '../../shared/analytics/studyResult.ts';
import type { Study } from '../../shared/contract/studies.ts';
import { type ToStudyPage, toStudyPage } from '../../shared/contract/studyPage.ts';
import { PageElement } from '../shared/element.ts';
import { failurePage } from '../shared/failurePage.ts';
import { handleMessages } from '../shared/host.ts';
import { iconButton } from '../shared/icons.ts';
import { countText } from '../shared/numbers.ts';
import { agreementSection } from './agreementSection.ts';
import { gaugeSection } from './gaugeSection.ts';
import { send, viewState } from './host.ts';
import { nextTrial } from './nextTrial.ts';
import { runsTable } from './runsTable.ts';
import { trialNames } from './words.ts';

type Shown = Extract<ToStudyPage, { type: 'study' }>;

class StudyView extends PageElement {
  static override properties = { shown: { state: true }, failure: { state: true } };
  declare shown: Shown | undefined;
  declare failure: string | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    viewState.save({});
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
        ${nextTrial(study, is_running, note)} ${guard([study], () => html`${results(study)} ${runsTable(study)}`)}
      </main>
    `;
  }
}
customElements.define('study-view', StudyView);

function results(study: Study): unknown {
  const { measurements } = study;
  if (study.next !== null) {
    return html`<section>
      <h2>${l10n.t('Result')}</h2>
      <p class="note">
        ${l10n.t('The result needs all {0} runs; {1} are missing. The next one is run {2}.', countText(study.run_count), countText(study.run_count - study.done), study.next)}
      </p>
    </section>`;
  }
  if (measurements.length === 0) return resultSection(study, null, l10n.t('Outcome of the runs'));
  return measurements.map(({ phase_name, measurement_name }, index) =>
    resultSection(study, index, `${measurement_name} · ${phase_name}`),
  );
}

function resultSection(study: Study, index: number | null, title: string): unknown {
  const result = studyResult(study, index);
  const content = (): unknown => {
    switch (result.kind) {
      case 'gauge':
        return gaugeSection(result, study.trials);
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
