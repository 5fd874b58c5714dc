import * as l10n from '@vscode/l10n';
import { html } from 'lit';
import { type Report, toReport } from '../../shared/contract/report.ts';
import { imageType } from '../../shared/format/images.ts';
import { PageElement, states } from '../shared/element.ts';
import { failurePage } from '../shared/failurePage.ts';
import { handleMessages } from '../shared/host.ts';
import { attachmentsSection, type Picture } from './attachments.ts';
import { factsOf } from './facts.ts';
import { findingsSection } from './findings.ts';
import { send, viewState } from './host.ts';
import { timelineSection } from './timeline.ts';
import { titleBar } from './titleBar.ts';

import './logList.ts';
import './measurementList.ts';

interface SourceLinks {
  phases: ReadonlySet<string>;
  files: ReadonlySet<string>;
}

class RunReport extends PageElement {
  static override properties = states('run', 'failure', 'sources', 'series', 'pictures');
  declare run: Report | undefined;
  declare failure: string | undefined;
  declare sources: SourceLinks;
  declare series: ReadonlyMap<string, readonly Float64Array[]>;
  declare pictures: ReadonlyMap<string, Picture>;
  #isRestored = false;

  constructor() {
    super();
    this.sources = { phases: new Set(), files: new Set() };
    this.series = new Map();
    this.pictures = new Map();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    handleMessages(toReport, {
      run: ({ run }) => this.#show(run),
      failed: ({ message }) => {
        this.run = undefined;
        this.failure = message;
      },
      sources: ({ phases, files }) => (this.sources = { phases: new Set(phases), files: new Set(files) }),
      series: ({ measurement, series }) => (this.series = new Map([...this.series, [measurement, series]])),
      image: ({ attachment, content }) => this.#addPicture(attachment, content),
      imageFailed: ({ attachment, message }) => this.#setPicture(attachment, { failure: message }),
    });
  }

  protected override render(): unknown {
    if (this.failure !== undefined) {
      return failurePage(l10n.t('This run cannot be shown'), this.failure, () => send({ type: 'tryAgain' }));
    }
    if (!this.run) return html`<p class="note loading" role="status">${l10n.t('Loading the run…')}</p>`;
    const { run, sources } = this;
    return html`
      ${titleBar(run)}
      <main>
        ${findingsSection(run, sources.files)} ${factsOf(run)} ${timelineSection(run, sources.phases, sources.files)}
        <measurement-list .run=${run} .series=${this.series} @complete=${this.#restoreScroll}></measurement-list>
        ${attachmentsSection(run, this.pictures)}
        <log-list .logs=${run.logs} .files=${sources.files}></log-list>
      </main>
    `;
  }

  #show(run: Report): void {
    this.run = run;
    this.failure = undefined;
    for (const attachment of run.attachments) {
      const { id } = attachment;
      if (imageType(attachment) !== null && !this.pictures.has(id)) send({ type: 'image', attachment: id });
    }
  }

  /** Restores the scroll position once the page has its full height. */
  readonly #restoreScroll = (): void => {
    if (this.#isRestored) return;
    this.#isRestored = true;
    window.scrollTo({ top: viewState.value.scroll });
    window.addEventListener('scrollend', () => viewState.save({ scroll: window.scrollY }));
  };

  #addPicture(id: string, content: Uint8Array<ArrayBuffer>): void {
    const attachment = this.run?.attachments.find((each) => each.id === id);
    const type = attachment && imageType(attachment);
    if (type) this.#setPicture(id, { url: URL.createObjectURL(new Blob([content], { type })) });
  }

  #setPicture(id: string, picture: Picture): void {
    this.pictures = new Map([...this.pictures, [id, picture]]);
  }
}
customElements.define('run-report', RunReport);
