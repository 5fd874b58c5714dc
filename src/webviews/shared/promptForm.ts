import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import type { LivePrompt } from '../../shared/contract/liveTest.ts';
import { clockText, isShownImage, timeLeft } from '../../shared/live/operatorWords.ts';
import { PageElement } from './element.ts';
import { icon } from './outcome.ts';

/** An operator's answer. */
export type AnswerEvent = CustomEvent<{ id: string; text: string }>;

/**
 * A question of the test, with its picture and the time left; fires `answer`, and `draft` as it is typed. The message is
 * shown as the text that it is.
 */
export class PromptForm extends PageElement {
  static override properties = {
    prompt: { attribute: false },
    draft: { attribute: false },
    locked: { attribute: false },
    now: { attribute: false },
  };
  declare prompt: LivePrompt;
  /** What was typed before a reload. */
  declare draft: string;
  /** Why it cannot be answered here; undefined: it can. */
  declare locked: string | undefined;
  /** By the clock of the prompt's emission. */
  declare now: number;

  protected override render(): unknown {
    const { prompt, locked } = this;
    const left = timeLeft(prompt, this.now);
    return html`
      <form class="prompt" aria-labelledby="question" @submit=${this.#submit}>
        <div class="prompt-head">
          <span class="prompt-title">${icon('comment-discussion')} ${l10n.t('The test asks')}</span>
          ${left === null ? nothing : this.#timeLeft(left, (prompt.timeout_s ?? 1) * 1000)}
        </div>
        <p class="question" id="question">${prompt.message}</p>
        ${prompt.image_url === null ? nothing : picture(prompt.image_url)}
        <div class="prompt-answer">
          ${
            prompt.text_input
              ? html`<input
                  name="answer"
                  autocomplete="off"
                  spellcheck="false"
                  aria-label=${l10n.t('Answer')}
                  aria-describedby="question"
                  placeholder=${l10n.t('Type or scan, then press Enter')}
                  .value=${this.draft}
                  ?disabled=${locked !== undefined}
                  @input=${this.#onInput}
                />`
              : nothing
          }
          <button type="submit" class="large primary" ?disabled=${locked !== undefined} aria-describedby="question">
            ${icon('check')} ${prompt.text_input ? l10n.t('Send Answer') : l10n.t('Confirm')}
          </button>
        </div>
        <p class="note locked">${locked}</p>
      </form>
    `;
  }

  /** The seconds are for the eye: a screen reader would say each of them. */
  #timeLeft(left: number, all: number): unknown {
    return html`
      <span class="time-left" role="timer" aria-live="off" data-short=${left < 15_000}>
        ${icon('watch')} ${l10n.t('{0} left', clockText(left))}
        <span class="time-bar" aria-hidden="true"><span .style=${`width: ${(100 * left) / all}%`}></span></span>
      </span>
    `;
  }

  /** The keyboard goes on in the answer. */
  takeFocus(): void {
    this.querySelector<HTMLElement>('input, button[type=submit]')?.focus();
  }

  readonly #onInput = ({ target }: Event & { target: HTMLInputElement }): void => {
    this.dispatchEvent(new CustomEvent('draft', { detail: target.value }));
  };

  readonly #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (this.locked !== undefined) return;
    const text = this.querySelector<HTMLInputElement>('input[name=answer]')?.value ?? '';
    const detail = { id: this.prompt.id, text };
    this.dispatchEvent(new CustomEvent('answer', { detail }) satisfies AnswerEvent);
  };
}
customElements.define('prompt-form', PromptForm);

/** A picture that is in the address itself; any other address is named, and not loaded. */
const picture = (address: string): unknown =>
  isShownImage(address)
    ? html`<img class="prompt-image" src=${address} alt=${l10n.t('Picture to the question')} />`
    : html`<p class="note image-address">
        ${icon('file-media')} ${l10n.t('Picture, not loaded: {0}', address.slice(0, 500))}
      </p>`;
