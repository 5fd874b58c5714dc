import * as l10n from '@vscode/l10n';
import { html } from 'lit';
import * as z from 'zod';
import { type FromPrompt, type ToPrompt, toPrompt } from '../../shared/contract/promptView.ts';
import { PageElement, states } from '../shared/element.ts';
import { handleMessages, post, ViewState } from '../shared/host.ts';
import { icon } from '../shared/icons.ts';
import { type AnswerEvent, type PromptForm } from '../shared/promptForm.ts';

import '../shared/promptForm.ts';

const viewState = new ViewState(z.object({ request_id: z.string().catch(''), draft: z.string().catch('') }));

const send = (message: FromPrompt): void => post(message);

type Prompt = ToPrompt & { type: 'prompt' };

class PromptView extends PageElement {
  static override properties = states('where', 'prompt');
  declare where: string;
  declare prompt: Prompt | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    handleMessages(toPrompt, {
      prompt: (prompt) => this.#show(prompt),
      none: ({ where }) => {
        this.where = where;
        this.prompt = undefined;
      },
    });
  }

  #show(prompt: Prompt): void {
    if (viewState.value.request_id !== prompt.request_id) viewState.save({ request_id: prompt.request_id, draft: '' });
    if (this.prompt?.request_id === prompt.request_id) return;
    this.where = prompt.where;
    this.prompt = prompt;
    void this.#focusForm();
  }

  async #focusForm(): Promise<void> {
    await this.updateComplete;
    const form = this.querySelector<PromptForm>('prompt-form');
    await form?.updateComplete;
    form?.focusAnswer();
  }

  protected override render(): unknown {
    return html`
      <main>
        <h1 class="note where">${icon('file-code')} ${this.where}</h1>
        ${
          this.prompt === undefined
            ? html`<p class="note" role="status">${l10n.t('No question is open right now.')}</p>`
            : this.#form(this.prompt)
        }
      </main>
    `;
  }

  #form({ request_id, message, text_input, image, form }: Prompt): unknown {
    return html`<prompt-form
      .prompt=${{ id: request_id, message, text_input, emitted_at: 0, timeout_s: null, form }}
      .image=${image ?? undefined}
      .canOpenImage=${true}
      .draft=${viewState.value.draft}
      @answer=${({ detail: { id, text } }: AnswerEvent) => send({ type: 'answer', request_id: id, value: text })}
      @draft=${({ detail }: CustomEvent<string>) => viewState.save({ draft: detail })}
      @openimage=${() => send({ type: 'openImage' })}
    ></prompt-form>`;
  }
}
customElements.define('prompt-view', PromptView);
