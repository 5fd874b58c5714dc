import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import { logLevel } from '../../shared/contract/common.ts';
import type { Report } from '../../shared/contract/report.ts';
import { baseName } from '../../shared/format/fileNames.ts';
import { inputs, language, PageElement, states } from '../shared/element.ts';
import { icon } from '../shared/icons.ts';
import { filterField, link } from '../shared/pageParts.ts';
import { send, viewState } from './host.ts';

import '@vscode-elements/elements/dist/vscode-option/index.js';
import '@vscode-elements/elements/dist/vscode-single-select/index.js';
import '@vscode-elements/elements/dist/vscode-textfield/index.js';

type Log = Report['logs'][number];

const levels = logLevel.options;
const icons: Record<Log['level'], string> = {
  DEBUG: 'debug',
  INFO: 'info',
  WARNING: 'warning',
  ERROR: 'error',
  CRITICAL: 'flame',
};

const linesPerPage = 500;

class LogList extends PageElement {
  static override properties = {
    ...inputs('logs', 'files'),
    ...states('level', 'text', 'lineLimit'),
  };
  declare logs: readonly Log[];
  declare files: ReadonlySet<string>;
  declare level: Log['level'];
  declare text: string;
  declare lineLimit: number;

  constructor() {
    super();
    const { level, text } = viewState.value;
    this.level = level;
    this.text = text;
    this.lineLimit = linesPerPage;
  }

  protected override render(): unknown {
    const searched = this.text.toLowerCase();
    const lowest = levels.indexOf(this.level);
    const found = this.logs.filter(
      ({ level, message }) => levels.indexOf(level) >= lowest && message.toLowerCase().includes(searched),
    );
    const hiddenLines = found.length - this.lineLimit;
    return html`
      <section aria-labelledby="logs">
        <div class="section-head">
          <h2 id="logs" tabindex="-1">${l10n.t('Logs')}</h2>
          ${this.logs.length === 0 ? nothing : this.#filters()}
        </div>
        ${this.logs.length === 0 ? html`<p class="note">${l10n.t('The run has no logs.')}</p>` : nothing}
        ${
          this.logs.length > 0 && found.length === 0
            ? html`<p class="note" role="status">${l10n.t('No matching log lines.')}</p>`
            : nothing
        }
        <ol class="logs">
          ${found.slice(0, this.lineLimit).map((log) => this.#line(log))}
        </ol>
        ${
          hiddenLines > 0
            ? link(l10n.t('Show more ({0} left)', hiddenLines), () => (this.lineLimit += linesPerPage))
            : nothing
        }
      </section>
    `;
  }

  #filters(): unknown {
    return html`
      <vscode-single-select
        position="above"
        label=${l10n.t('Lowest level')}
        .value=${this.level}
        @change=${this.#onLevel}
      >
        ${levels.map((level) => html`<vscode-option value=${level}>${level}</vscode-option>`)}
      </vscode-single-select>
      ${filterField(l10n.t('Filter by text'), l10n.t('Filter logs by text'), this.text, this.#onText)}
    `;
  }

  #line({ level, timestamp, message, source_file: file, line_number: line }: Log): unknown {
    const place = file === '' ? '' : `${baseName(file)}:${line}`;
    return html`
      <li data-level=${level}>
        <span class="level">${icon(icons[level])}<span class="word">${level}</span></span>
        <time datetime=${timestamp}>${timeText(timestamp)}</time>
        <span class="message">${message}</span>
        ${
          this.files.has(file)
            ? html`<button
                type="button"
                class="link source"
                title=${l10n.t('Go to {0}', place)}
                @click=${() => send({ type: 'goToLine', file, line: Math.max(1, Math.trunc(line)) })}
              >
                ${place}
              </button>`
            : html`<span class="source">${place}</span>`
        }
      </li>
    `;
  }

  readonly #onLevel = ({ target }: Event & { target: HTMLSelectElement }): void => {
    this.level = logLevel.parse(target.value);
    viewState.save({ level: this.level });
  };

  readonly #onText = (text: string): void => {
    this.text = text;
    viewState.save({ text });
  };
}
customElements.define('log-list', LogList);

const timeText = (iso: string): string =>
  new Date(iso).toLocaleTimeString(language(), {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    hourCycle: 'h23',
  });
