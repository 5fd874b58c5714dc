import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import { type MeasurementStatistics, type ProcedureStatistics, toInsight } from '../../shared/contract/insightView.ts';
import { PageElement, states } from '../shared/element.ts';
import { failurePage } from '../shared/failurePage.ts';
import { handleMessages } from '../shared/host.ts';
import { type Chosen, questionOf, send, viewState } from './host.ts';
import { measurementPage } from './measurementPage.ts';
import { procedurePage } from './procedurePage.ts';
import type { View } from './view.ts';

class InsightView extends PageElement implements View {
  static override properties = states('shown', 'failure', 'chosen', 'isWaiting');
  declare shown: ProcedureStatistics | MeasurementStatistics | undefined;
  declare failure: string | undefined;
  declare chosen: Chosen;
  declare isWaiting: boolean;
  #scroll: number | undefined = viewState.value.scroll;

  constructor() {
    super();
    this.chosen = viewState.value;
    this.isWaiting = true;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('scrollend', () => viewState.save({ scroll: window.scrollY }));
    handleMessages(
      toInsight,
      {
        procedure: (statistics) => this.#show(statistics),
        measurement: (statistics) => this.#show(statistics),
        failed: ({ message }) => (this.failure = message),
      },
      { question: questionOf(this.chosen) },
    );
  }

  #show(statistics: ProcedureStatistics | MeasurementStatistics): void {
    // The answer to a question before the last one.
    if (JSON.stringify(statistics.question) !== JSON.stringify(questionOf(this.chosen))) return;
    this.shown = statistics;
    this.failure = undefined;
    this.isWaiting = false;
  }

  protected override render(): unknown {
    const { shown, failure, isWaiting } = this;
    if (failure !== undefined) {
      return failurePage(l10n.t('The statistics cannot be shown'), failure, () => send({ type: 'refresh' }));
    }
    if (!shown) return html`<p class="note loading">${l10n.t('Loading the statistics…')}</p>`;
    return html`
      <div class="page" aria-busy=${isWaiting}>
        ${shown.left_out === null ? nothing : html`<aside class="note left-out">${shown.left_out}</aside>`}
        ${shown.type === 'procedure' ? procedurePage(this, shown) : measurementPage(this, shown)}
      </div>
    `;
  }

  protected override updated(): void {
    if (this.#scroll === undefined || !this.shown) return;
    window.scrollTo(0, this.#scroll);
    this.#scroll = undefined;
  }

  save(change: Partial<Chosen>): void {
    viewState.save(change);
    this.chosen = viewState.value;
  }

  ask(change: Partial<Chosen>): void {
    this.save(change);
    this.isWaiting = true;
    send({ type: 'ask', question: questionOf(this.chosen) });
  }
}
customElements.define('insight-view', InsightView);
