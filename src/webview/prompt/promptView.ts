import '@vscode-elements/elements/dist/vscode-button/index.js';
import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import * as z from 'zod';
import { type FromPrompt, type PromptImage, type ToPrompt, toPrompt } from '../../contract/promptView.ts';
import { PageElement } from '../shared/element.ts';
import { listen, post, ViewState } from '../shared/host.ts';
import { icon } from '../shared/outcome.ts';

const kept = new ViewState(z.object({ draft: z.string().catch('') }));

const send = (message: FromPrompt): void => post(message);

/** The whole page: a question of the test, its image, and the answer. The message is shown as the text that it is. */
class PromptView extends PageElement {
  static override properties = { prompt: { state: true }, picture: { state: true } };
  declare prompt: ToPrompt | undefined;
  /** Address of the image's bytes in this page. */
  declare picture: string | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    listen(toPrompt, { prompt: (prompt) => this.#show(prompt) });
  }

  #show(prompt: ToPrompt): void {
    const { image } = prompt;
    if (image.kind === 'shown' && this.picture === undefined)
      this.picture = URL.createObjectURL(new Blob([image.content as Uint8Array<ArrayBuffer>], { type: image.type }));
    this.prompt = prompt;
    void this.updateComplete.then(() => this.querySelector<HTMLElement>('input, vscode-button')?.focus());
  }

  protected override render(): unknown {
    const { prompt } = this;
    if (prompt === undefined) return nothing;
    return html`
      <main>
        <form class="prompt" aria-labelledby="question" @submit=${this.#submit}>
          <p class="note">${icon('comment-discussion')} ${prompt.where}</p>
          <h1 class="question" id="question">${prompt.message}</h1>
          ${this.#image(prompt.image)}
          <div class="prompt-answer">
            ${prompt.text_input ? this.#field() : nothing}
            <vscode-button type="submit" icon="check" @click=${this.#submit}>
              ${prompt.text_input ? l10n.t('Send Answer') : l10n.t('Confirm')}
            </vscode-button>
          </div>
        </form>
      </main>
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
    send({ type: 'answer', value: this.querySelector<HTMLInputElement>('input[name=answer]')?.value ?? '' });
  };
}
customElements.define('prompt-view', PromptView);
