import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import * as z from 'zod';
import { getRun } from '../../shared/assistant/tools/getRun.ts';
import { messageOf } from '../../shared/format/messageOf.ts';
import { PageElement, states } from '../shared/element.ts';
import { AppHost, type HostContext, type ToolResult } from './appHost.ts';
import { type RunAnswer, runReport } from './runSections.ts';

/** The rest of a longer run is for the report in VS Code. */
const maxPages = 40;

type Shown =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'run'; readonly run: RunAnswer; readonly isWhole: boolean }
  | { readonly kind: 'problem'; readonly text: string };

class RunApp extends PageElement {
  static override properties = states('shown', 'canCallTools', 'isLoading', 'loadingProblem', 'context');
  declare shown: Shown;
  declare canCallTools: boolean;
  declare isLoading: boolean;
  declare loadingProblem: string;
  declare context: HostContext;
  #wantsAll = false;

  readonly #host = new AppHost({
    onContext: (changed) => {
      this.context = { ...this.context, ...changed };
      applyContext(this.context);
    },
    onCanCallTools: () => {
      this.canCallTools = true;
    },
    onInput: (given) => {
      this.#wantsAll = given['phases'] === 'all' && given['cursor'] === undefined;
    },
    onResult: (result) => {
      this.shown = this.#shownOf(result);
    },
    onCancelled: () => {
      this.shown = { kind: 'problem', text: l10n.t('The call was canceled.') };
    },
  });

  constructor() {
    super();
    this.shown = { kind: 'waiting' };
    this.canCallTools = false;
    this.isLoading = false;
    this.loadingProblem = '';
    this.context = {};
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#host.connect().catch((error: unknown) => {
      this.shown = { kind: 'problem', text: messageOf(error) };
    });
  }

  #shownOf(result: ToolResult): Shown {
    const text = result.content.find(({ type }) => type === 'text')?.text ?? '';
    if (result.isError === true) return { kind: 'problem', text };
    const run = runIn(result);
    if (run === undefined) return { kind: 'problem', text: l10n.t('The answer contains no run.') };
    return { kind: 'run', run, isWhole: this.#wantsAll && run.next === null };
  }

  protected override render(): unknown {
    const { shown } = this;
    if (shown.kind === 'waiting')
      return html`<main><p class="note" role="status">${l10n.t('Loading the run…')}</p></main>`;
    if (shown.kind === 'problem') {
      return html`<main>
        <h1>${l10n.t('This run cannot be shown')}</h1>
        <p>${shown.text}</p>
      </main>`;
    }
    return html`<main>
      ${runReport(shown.run, shown.isWhole, { locale: this.context.locale, timeZone: this.context.timeZone })}
      ${shown.isWhole || !this.canCallTools ? nothing : this.#more(shown.run)}
      <footer><span class="note">${l10n.t('Run ID')}</span> <code>${shown.run.run.id}</code></footer>
    </main>`;
  }

  #more({ run }: RunAnswer): unknown {
    return html`<p class="more">
      <button type="button" ?disabled=${this.isLoading} @click=${() => this.#loadAll(run.id)}>
        ${this.isLoading ? l10n.t('Loading…') : l10n.t('Show All Phases and Measurements')}
      </button>
      <span role="status">${this.loadingProblem}</span>
    </p>`;
  }

  async #loadAll(runId: string): Promise<void> {
    this.isLoading = true;
    this.loadingProblem = '';
    try {
      const pages: RunAnswer[] = [];
      let cursor: number | null = 0;
      while (cursor !== null && pages.length < maxPages) {
        const result = await this.#host.callTool(getRun.name, { run_id: runId, phases: 'all', cursor });
        const page = runIn(result);
        if (page === undefined) throw new Error(result.content[0]?.text ?? l10n.t('The answer contains no run.'));
        pages.push(page);
        cursor = page.next;
      }
      const run = joined(pages);
      if (run !== null) this.shown = { kind: 'run', run, isWhole: true };
    } catch (error) {
      this.loadingProblem = messageOf(error);
    } finally {
      this.isLoading = false;
    }
  }
}

customElements.define('run-app', RunApp);

/** The text is a sentence and, on a line of its own, the same answer as JSON. */
function runIn({ structuredContent, content }: ToolResult): RunAnswer | undefined {
  const [{ text = '' } = {}] = content;
  return getRun.output.safeParse(structuredContent ?? parsed(text.slice(text.indexOf('\n') + 1))).data;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function joined(pages: readonly RunAnswer[]): RunAnswer | null {
  const last = pages.at(-1);
  if (last === undefined) return null;
  return {
    ...last,
    reasons: pages.flatMap(({ reasons }) => reasons),
    phases: pages.flatMap(({ phases }) => phases),
    measurements: pages.flatMap(({ measurements }) => measurements),
    sub_units: pages.flatMap((page) => page.sub_units),
    attachments: pages.flatMap(({ attachments }) => attachments),
  };
}

const texts = z.record(z.string(), z.string());

/** The variables of the host that are set; VS Code sets others there, too. */
const applied = new Set<string>();

function applyContext({ theme, styles, locale = '' }: HostContext): void {
  const root = document.documentElement;
  if (theme !== undefined) root.dataset['theme'] = theme;
  for (const name of applied) root.style.removeProperty(name);
  applied.clear();
  for (const [name, value] of Object.entries(styles?.variables ?? {})) {
    if (!name.startsWith('--') || typeof value !== 'string') continue;
    root.style.setProperty(name, value);
    applied.add(name);
  }
  const language = locale.split('-')[0] ?? '';
  const translation = document.querySelector(`script[data-language="${CSS.escape(language)}"]`)?.textContent;
  if (translation === undefined) return;
  l10n.config({ contents: texts.parse(JSON.parse(translation)) });
  root.lang = language;
}
