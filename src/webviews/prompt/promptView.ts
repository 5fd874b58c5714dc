import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import * as z from 'zod';
import { type FromPrompt, type PromptImage, type ToPrompt, toPrompt } from '../../shared/contract/promptView.ts';
import { PageElement } from '../shared/element.ts';
import { listen, post, ViewState } from '../shared/host.ts';
import { icon } from '../shared/outcome.ts';

import '@vscode-elements/elements/dist/vscode-button/index.js';

const kept = new ViewState(z.object({ request_id: z.string().catch(''), draft: z.string().catch('') }));

const send = (message: FromPrompt): void => post(message);

type Prompt = ToPrompt & { type: 'prompt' };

/** The whole page: a question of the test, its image, and the answer. The message is shown as the text that it is. */
class PromptView extends PageElement {
  static override properties = { where: { state: true }, prompt: { state: true }, picture: { state: true } };
  /** The script and its station. */
  declare where: string;
  declare prompt: Prompt | undefined;
  /** Address of the image's bytes in this page. */
  declare picture: string | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    listen(toPrompt, {
      prompt: (prompt) => this.#show(prompt),
      none: ({ where }) => {
        this.where = where;
        this.#take(undefined);
      },
    });
  }

  #show(prompt: Prompt): void {
    if (kept.value.request_id !== prompt.request_id) kept.keep({ request_id: prompt.request_id, draft: '' });
    if (this.prompt?.request_id === prompt.request_id) return;
    this.where = prompt.where;
    this.#take(prompt);
    void this.updateComplete.then(() => this.querySelector<HTMLElement>('input, .answer-button')?.focus());
  }

  #take(prompt: Prompt | undefined): void {
    if (this.picture !== undefined) URL.revokeObjectURL(this.picture);
    this.picture =
      prompt?.image.kind === 'shown'
        ? URL.createObjectURL(new Blob([Uint8Array.from(prompt.image.content)], { type: prompt.image.type }))
        : undefined;
    this.prompt = prompt;
  }

  protected override render(): unknown {
    const { prompt } = this;
    return html`
      <main>
        <p class="note where">${icon('comment-discussion')} ${this.where}</p>
        ${prompt === undefined ? html`<p class="note" role="status">${l10n.t('No question is open right now.')}</p>` : this.#form(prompt)}
      </main>
    `;
  }

  #form(prompt: Prompt): unknown {
    return html`
      <form class="prompt" aria-labelledby="question" @submit=${this.#submit}>
        <h1 class="question" id="question">${prompt.message}</h1>
        ${this.#image(prompt.image)}
        <div class="prompt-answer">
          ${prompt.text_input ? this.#field() : nothing}
          <vscode-button class="answer-button" icon="check" @click=${this.#submit}>
            ${prompt.text_input ? l10n.t('Send Answer') : l10n.t('Confirm')}
          </vscode-button>
        </div>
      </form>
    `;
  }

  #field(): unknown {
    return html`<input
      name="answer"
      autocomplete="off"
      spellcheck="false"
      aria-label=${l10n.t('Answer')}
      aria-describedby="question"
      placeholder=${l10n.t('Type or scan, then press Enter')}
      .value=${kept.value.draft}
      @input=${({ target }: Event & { target: HTMLInputElement }) => kept.keep({ draft: target.value })}
    />`;
  }

  #image(image: PromptImage): unknown {
    switch (image.kind) {
      case 'shown':
        return html`<img class="prompt-image" src=${this.picture ?? ''} alt=${l10n.t('Image of the question')} />`;
      case 'address':
        return html`<div class="image-address">
          <p class="note">${icon('file-media')} ${l10n.t('Image on the web, not loaded: {0}', image.address)}</p>
          <vscode-button secondary icon="link-external" @click=${() => send({ type: 'openImage' })}>
            ${l10n.t('Open in Browser')}
          </vscode-button>
        </div>`;
      case 'failed':
        return html`<p class="note">${icon('warning')} ${image.reason}</p>`;
    }
  }

  readonly #submit = (event: Event): void => {
    event.preventDefault();
    const value = this.querySelector<HTMLInputElement>('input[name=answer]')?.value ?? '';
    if (this.prompt !== undefined) send({ type: 'answer', request_id: this.prompt.request_id, value });
  };
}
customElements.define('prompt-view', PromptView);
