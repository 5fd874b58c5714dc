import * as l10n from '@vscode/l10n';
import { html, nothing, type PropertyValues } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import type { LivePrompt } from '../../shared/contract/liveTest.ts';
import { formAnswer, isPromptInput, parseFormAnswer, type PromptValues } from '../../shared/contract/promptForm.ts';
import type { PromptImage } from '../../shared/contract/promptView.ts';
import { formatClock, timeLeftMs } from '../../shared/live/operatorTexts.ts';
import type { PromptProblem } from '../../shared/live/promptProblem.ts';
import { cssPercent, inputs, PageElement, states } from './element.ts';
import { icon } from './icons.ts';
import { initialValues, problemsOf, promptFields, valuesToSend } from './promptFields.ts';

export type AnswerEvent = CustomEvent<{ id: string; text: string }>;

const shortTimeLeftMs = 15_000;

/** Fires `answer`, `draft` while the user types, and `openimage`. The message is displayed as plain text. */
export class PromptForm extends PageElement {
  static override properties = {
    ...inputs('prompt', 'image', 'draft', 'locked', 'now', 'idSuffix', 'heading'),
    canOpenImage: { type: Boolean },
    ...states('problems'),
  };
  declare prompt: Omit<LivePrompt, 'image_url'>;
  declare image: PromptImage | undefined;
  declare canOpenImage: boolean;
  declare draft: string;
  declare locked: string | undefined;
  declare now: number;
  /** Distinguishes the ids of the forms of one page. */
  declare idSuffix: string;
  /** The id of a heading that names the place of the form, or ''. */
  declare heading: string;
  declare problems: Readonly<Record<string, PromptProblem>>;

  constructor() {
    super();
    this.canOpenImage = false;
    this.draft = '';
    this.idSuffix = '';
    this.heading = '';
    this.problems = {};
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('prompt');
    if (before !== undefined && before.id !== this.prompt.id) this.problems = {};
  }

  protected override render(): unknown {
    const { prompt, image, locked } = this;
    const question = this.#id('question');
    const left = timeLeftMs(prompt, this.now);
    return html`
      <form class="prompt" aria-labelledby=${`${this.heading} ${question}`.trim()} @submit=${this.#submit}>
        <div class="prompt-head">
          <span class="prompt-title">${icon('comment-discussion')} ${l10n.t('The test asks')}</span>
          ${left === null ? nothing : this.#timeLeft(left, (prompt.timeout_s ?? 1) * 1000)}
        </div>
        <h2 class="question" id=${question}>${prompt.message}</h2>
        ${image === undefined ? nothing : this.#image(image)}
        ${prompt.form.length === 0 ? nothing : keyed(prompt.id, this.#fields(locked))}
        <div class="prompt-answer">
          ${prompt.text_input && prompt.form.length === 0 ? keyed(prompt.id, this.#input(locked)) : nothing}
          <button type="submit" class="large primary" ?disabled=${locked !== undefined} aria-describedby=${question}>
            ${icon('check')}
            ${prompt.text_input || prompt.form.some(isPromptInput) ? l10n.t('Send Answer') : l10n.t('Confirm')}
          </button>
        </div>
        <p class="note locked">${locked}</p>
      </form>
    `;
  }

  #id(name: string): string {
    return `${name}${this.idSuffix}`;
  }

  #input(locked: string | undefined): unknown {
    return html`<input
      name="answer"
      autocomplete="off"
      spellcheck="false"
      aria-label=${l10n.t('Answer')}
      aria-describedby=${this.#id('question')}
      placeholder=${l10n.t('Type or scan, then press Enter')}
      .value=${this.draft}
      ?disabled=${locked !== undefined}
      @input=${this.#onInput}
    />`;
  }

  #fields(locked: string | undefined): unknown {
    return promptFields(this.prompt.form, {
      values: this.#values(),
      problems: this.problems,
      isLocked: locked !== undefined,
      id: this.#id('field'),
      change: (key, value) => {
        const values = { ...this.#values(), [key]: value };
        this.draft = formAnswer(values);
        // Once something is wrong, its message follows what is entered.
        if (Object.keys(this.problems).length > 0) this.problems = problemsOf(this.prompt.form, values);
        this.dispatchEvent(new CustomEvent('draft', { detail: this.draft }));
      },
    });
  }

  #values(): PromptValues {
    return { ...initialValues(this.prompt.form), ...parseFormAnswer(this.draft) };
  }

  #image(image: PromptImage): unknown {
    switch (image.kind) {
      case 'shown':
        return html`<img class="prompt-image" src=${image.address} alt=${l10n.t('Image of the question')} />`;
      case 'address':
        return html`<div class="image-address">
          <p class="note">${icon('file-media')} ${l10n.t('Image not loaded: {0}', image.address.slice(0, 500))}</p>
          ${
            this.canOpenImage
              ? html`<button
                  type="button"
                  class="link"
                  @click=${() => this.dispatchEvent(new CustomEvent('openimage'))}
                >
                  ${icon('link-external')} ${l10n.t('Open in Browser')}
                </button>`
              : nothing
          }
        </div>`;
      case 'failed':
        return html`<p class="note">${icon('warning')} ${image.reason}</p>`;
    }
  }

  /** The timer is not a live region: a screen reader would announce every second. */
  #timeLeft(leftMs: number, totalMs: number): unknown {
    return html`
      <span class="time-left" role="timer" aria-live="off" data-short=${leftMs < shortTimeLeftMs}>
        ${icon('watch')} ${l10n.t('{0} left', formatClock(leftMs))}
        <span class="time-bar" aria-hidden="true"
          ><span .style=${`width: ${cssPercent(leftMs / totalMs)}`}></span
        ></span>
      </span>
    `;
  }

  focusAnswer(): void {
    this.querySelector<HTMLElement>('input, textarea, select, button[type=submit]')?.focus();
  }

  readonly #onInput = ({ target }: Event & { target: HTMLInputElement }): void => {
    this.dispatchEvent(new CustomEvent('draft', { detail: target.value }));
  };

  readonly #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (this.locked !== undefined) return;
    const { form } = this.prompt;
    if (form.length > 0) {
      this.#submitFields();
      return;
    }
    const text = this.querySelector<HTMLInputElement>('input[name=answer]')?.value ?? '';
    const detail = { id: this.prompt.id, text };
    this.dispatchEvent(new CustomEvent('answer', { detail }) satisfies AnswerEvent);
  };

  #submitFields(): void {
    const { form, id } = this.prompt;
    this.problems = problemsOf(form, this.#values());
    const wrong = form.findIndex(({ key }) => this.problems[key] !== undefined);
    if (wrong >= 0) {
      const id = `${this.#id('field')}-${wrong}`;
      this.querySelector<HTMLElement>(`#${id}, [name=${id}]`)?.focus();
      return;
    }
    const detail = { id, text: formAnswer(valuesToSend(form, this.#values())) };
    this.dispatchEvent(new CustomEvent('answer', { detail }) satisfies AnswerEvent);
  }
}
customElements.define('prompt-form', PromptForm);
