import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import { messageOf } from '../../shared/format/messageOf.ts';
import { inputs, PageElement, states } from '../shared/element.ts';
import { icon } from '../shared/icons.ts';

export class SignIn extends PageElement {
  static override properties = { ...inputs('canCancel'), ...states('problem', 'busy') };
  declare problem: string | undefined;
  declare busy: boolean;
  declare canCancel: boolean;
  readonly #check: (key: string) => Promise<void>;

  constructor(check: (key: string) => Promise<void>, canCancel: boolean) {
    super();
    this.#check = check;
    this.canCancel = canCancel;
    this.busy = false;
  }

  protected override render(): unknown {
    const local = ['localhost', '127.0.0.1', '[::1]'].includes(location.hostname);
    return html`
      <main class="sign-in">
        <form @submit=${this.#submit}>
          <p class="product">Test Stations</p>
          <h1>${icon('key')} ${l10n.t('Sign in to operate')}</h1>
          <label for="key">${l10n.t('Station key or user key')}</label>
          <input
            id="key"
            type="password"
            autocomplete="off"
            spellcheck="false"
            required
            aria-describedby="key-note"
            ?disabled=${this.busy}
          />
          <p class="note" id="key-note">
            ${l10n.t('To copy the station key, right-click the station in the Stations view of VS Code and choose Station Key > Copy Key.')}
          </p>
          <p class="note">
            ${l10n.t('The key is kept for this tab only, and removed when you sign out or close the tab.')}
            ${local ? nothing : l10n.t('It is sent over the network without encryption.')}
          </p>
          ${this.problem === undefined ? nothing : html`<p class="refused" role="alert">${icon('warning')} ${this.problem}</p>`}
          <div class="dialog-buttons">
            <button type="submit" class="large primary" ?disabled=${this.busy}>${l10n.t('Sign In')}</button>
            ${
              this.canCancel
                ? html`<button
                    type="button"
                    class="large"
                    @click=${() => this.dispatchEvent(new CustomEvent('cancelled'))}
                  >
                    ${l10n.t('Only Watch')}
                  </button>`
                : nothing
            }
          </div>
        </form>
      </main>
    `;
  }

  protected override firstUpdated(): void {
    this.querySelector('input')?.focus();
  }

  readonly #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const key = this.querySelector('input')?.value.trim() ?? '';
    if (key !== '' && !this.busy) void this.#try(key);
  };

  async #try(key: string): Promise<void> {
    this.busy = true;
    this.problem = undefined;
    try {
      await this.#check(key);
    } catch (error) {
      this.problem = messageOf(error);
    }
    this.busy = false;
  }
}
customElements.define('sign-in', SignIn);
