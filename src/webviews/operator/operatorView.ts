import * as l10n from '@vscode/l10n';
import { html, nothing, type PropertyValues } from 'lit';
import type { LivePrompt } from '../../shared/contract/liveTest.ts';
import type { LiveState } from '../../shared/contract/operator.ts';
import type { ToOperator } from '../../shared/contract/operatorView.ts';
import type { PromptImage } from '../../shared/contract/promptView.ts';
import { isRasterDataUrl } from '../../shared/format/images.ts';
import { patchState } from '../../shared/live/livePatch.ts';
import { PageElement } from '../shared/element.ts';
import { icon, iconButton } from '../shared/icons.ts';
import type { AnswerEvent, PromptForm } from '../shared/promptForm.ts';
import { goldenBanner } from './goldenBanner.ts';
import { logPart } from './logPart.ts';
import type { OperatorHost } from './operatorHost.ts';
import { phaseList } from './phaseList.ts';
import { runningHead, stopDialog } from './runningHead.ts';
import { shiftPart } from './shiftPart.ts';
import { startForm } from './startForm.ts';
import { titleBar } from './titleBar.ts';
import { failingList, spokenVerdict, verdictBanner } from './verdict.ts';
import { reason } from './words.ts';

import '../shared/promptForm.ts';

type Connection = Extract<ToOperator, { type: 'connection' }>;
type Refused = Extract<ToOperator, { type: 'refused' }>;

export class OperatorView extends PageElement {
  static override properties = {
    state: { state: true },
    connection: { state: true },
    mayAct: { state: true },
    inEditor: { state: true },
    refused: { state: true },
    now: { state: true },
    sent: { state: true },
    serial: { state: true },
    scale: { state: true },
    loop: { state: true },
  };
  declare state: LiveState | undefined;
  declare connection: Connection;
  declare mayAct: boolean;
  declare inEditor: boolean;
  declare refused: Refused | undefined;
  declare now: number;
  /** The prompt that was just answered, and the last test before the start that was just requested. */
  declare sent: { prompt: string | undefined; startAfter: string | null | undefined };
  declare serial: string;
  declare scale: number;
  declare loop: boolean;
  readonly #host: OperatorHost;
  /** The server's clock minus this computer's, in milliseconds. */
  #clockOffsetMs = 0;
  #startedSerial = '';
  #clockTimer: ReturnType<typeof setInterval> | undefined;

  constructor(host: OperatorHost) {
    super();
    this.#host = host;
    this.connection = { type: 'connection', state: 'connecting', message: null };
    this.mayAct = false;
    this.inEditor = false;
    this.now = Date.now();
    this.sent = { prompt: undefined, startAfter: undefined };
    const { serial, scale, loop } = host.viewState.value;
    this.serial = serial;
    this.scale = scale;
    this.loop = loop;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#host.handleMessages({
      state: ({ slot, state, sent_at }) => slot === 1 && this.#setState(state, sent_at),
      patch: ({ slot, patch, sent_at }) =>
        slot === 1 && this.state && this.#setState(patchState(this.state, patch), sent_at),
      connection: (message) => (this.connection = message),
      access: ({ may_act, in_editor }) => {
        this.mayAct = may_act;
        this.inEditor = in_editor;
      },
      refused: (message) => this.#onRefused(message),
    });
    this.#clockTimer = setInterval(() => (this.now = Date.now() + this.#clockOffsetMs), 1000);
    window.addEventListener('focus', this.#onWindowFocus);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#clockTimer);
    window.removeEventListener('focus', this.#onWindowFocus);
  }

  protected override render(): unknown {
    const { state, connection } = this;
    document.documentElement.style.setProperty('--scale', String(this.scale));
    if (!state) return html`<p class="note waiting" role="status">${connection.message ?? l10n.t('Connecting…')}</p>`;
    const { test } = state;
    return html`
      ${titleBar(state, connection, this.mayAct, this.inEditor, this.scale, {
        larger: () => this.#setScale(this.scale >= 2 ? 1 : this.scale + 0.25),
        send: (message) => this.#host.send(message),
      })}
      <p class="only-spoken" role="status" aria-live="assertive">${announcement(state)}</p>
      <main>
        ${this.refused ? this.#refusedNote(this.refused) : nothing}
        ${test?.status === 'completed' ? verdictBanner(test) : nothing}
        ${goldenBanner(state.board?.golden_checks ?? [], this.now)}
        <div class="stage">${this.#stage(state)}</div>
        ${test?.status === 'completed' ? failingList(test) : nothing}
        ${
          state.board?.counters === undefined
            ? nothing
            : shiftPart(
                state.board.counters,
                this.inEditor ? (run) => this.#host.send({ type: 'openRun', run }) : undefined,
              )
        }
        ${
          test === null
            ? nothing
            : html`${phaseList(test, this.now)}
              ${logPart(test, this.#host.viewState.value.logOpen, (logOpen) => this.#host.viewState.save({ logOpen }))}`
        }
      </main>
      ${test && test.status !== 'completed' ? stopDialog(() => this.#stop(test.execution_id)) : nothing}
    `;
  }

  #stage(state: LiveState): unknown {
    const { test } = state;
    if (test === null || test.status === 'completed') {
      return startForm({
        state,
        mayAct: this.mayAct && this.connection.state === 'live',
        inEditor: this.inEditor,
        serial: this.serial,
        loop: this.loop,
        isStarting: this.sent.startAfter === (test?.execution_id ?? null) && state.offer?.problem == null,
        onInput: (serial) => this.#setSerial(serial),
        onUseNext: (serial) => this.#useNext(serial),
        onLoop: (loop) => this.#setLoop(loop),
        onStart: (serial) => this.#start(serial),
        onChooseScript: () => this.#host.send({ type: 'chooseScript' }),
      });
    }
    const { draft } = this.#host.viewState.value;
    return html`
      ${runningHead(test, state, this.now, this.mayAct)}
      ${
        test.prompt === null
          ? nothing
          : html`<prompt-form
              .prompt=${test.prompt}
              .image=${imageOf(test.prompt)}
              .now=${this.now}
              .draft=${draft.prompt === test.prompt.id ? draft.text : ''}
              .locked=${this.#lockedAnswer(state)}
              @answer=${this.#answer}
              @draft=${({ detail }: CustomEvent<string>) =>
                this.#host.viewState.save({ draft: { prompt: test.prompt?.id ?? '', text: detail } })}
            ></prompt-form>`
      }
    `;
  }

  /** Returns why the prompt cannot be answered here, as a sentence, or undefined when it can. */
  #lockedAnswer({ test, answered, actions }: LiveState): string | undefined {
    if (answered !== null) return l10n.t('Answered by {0}. The test is receiving the answer.', answered.by);
    if (this.sent.prompt === test?.prompt?.id) return l10n.t('Sending the answer…');
    if (!this.mayAct) {
      return this.inEditor
        ? l10n.t('The prompt is answered elsewhere.')
        : l10n.t('To answer, sign in with a key of this station.');
    }
    if (this.connection.state !== 'live') return l10n.t('Reconnecting. You can answer when the connection is back.');
    return actions.answer === null ? undefined : reason(actions.answer);
  }

  #refusedNote({ message }: Refused): unknown {
    return html`
      <p class="refused" role="alert">
        ${icon('warning')} <span>${message}</span>
        ${iconButton('close', l10n.t('Dismiss'), () => (this.refused = undefined))}
      </p>
    `;
  }

  #setState(state: LiveState, sentAt: number): void {
    const before = this.state;
    this.#clockOffsetMs = sentAt - Date.now();
    this.now = sentAt;
    this.state = state;
    const { test, offer } = state;
    const asked = before?.test?.prompt;
    if (asked && test?.prompt?.id !== asked.id) this.#onPromptClosed(asked.id, test?.status === 'completed');
    if (test?.execution_id !== before?.test?.execution_id) {
      this.sent = { prompt: undefined, startAfter: undefined };
      if (before !== undefined) this.refused = undefined;
    }
    if (offer && offer.loop !== before?.offer?.loop) this.loop = offer.loop;
  }

  #onPromptClosed(id: string, isOver: boolean): void {
    const { draft } = this.#host.viewState.value;
    if (draft.prompt === id && draft.text !== '' && this.sent.prompt !== id && !isOver) {
      const message = l10n.t('The question was answered elsewhere or has timed out. Your answer was not sent.');
      this.refused = { type: 'refused', what: 'answer', slot: 1, message };
    }
    this.sent = { ...this.sent, prompt: undefined };
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has('state')) return;
    const before = changed.get('state');
    const asked = this.state?.test?.prompt?.id;
    const isNewStage =
      asked !== before?.test?.prompt?.id ||
      this.state?.test?.status !== before?.test?.status ||
      this.state?.offer?.script !== before?.offer?.script;
    if (isNewStage && document.hasFocus()) this.#focusStage();
  }

  /** Focuses the next action, so that a scanner types into it, unless a dialog is open. */
  #focusStage(): void {
    if (this.querySelector('dialog[open]')) return;
    const form = this.querySelector<PromptForm>('prompt-form');
    if (form) void form.updateComplete.then(() => form.focusAnswer());
    else {
      const serial = this.querySelector<HTMLInputElement>('#serial');
      serial?.focus();
      serial?.select();
    }
  }

  readonly #onWindowFocus = (): void => {
    if (document.activeElement === document.body || document.activeElement === null) this.#focusStage();
  };

  readonly #answer = ({ detail: { id, text } }: AnswerEvent): void => {
    this.sent = { ...this.sent, prompt: id };
    this.refused = undefined;
    this.#host.send({ type: 'answer', slot: 1, prompt_id: id, text });
  };

  #start(serial: string): void {
    this.sent = { ...this.sent, startAfter: this.state?.test?.execution_id ?? null };
    this.refused = undefined;
    this.#startedSerial = serial;
    this.#setSerial('');
    this.#host.send({ type: 'start', slot: 1, serial_number: serial, loop: this.loop });
  }

  #stop(execution: string): void {
    this.#host.send({ type: 'stop', slot: 1, execution_id: execution });
  }

  #onRefused(message: Refused): void {
    this.refused = message;
    if (message.what === 'answer') this.sent = { ...this.sent, prompt: undefined };
    if (message.what !== 'start') return;
    this.sent = { ...this.sent, startAfter: undefined };
    this.#setSerial(this.#startedSerial);
  }

  #setSerial(serial: string): void {
    this.serial = serial;
    this.#host.viewState.save({ serial });
  }

  #useNext(serial: string): void {
    this.#setSerial(serial);
    void this.updateComplete.then(() => this.#focusStage());
  }

  #setLoop(loop: boolean): void {
    this.loop = loop;
    this.#host.viewState.save({ loop });
    this.#host.send({ type: 'loop', slot: 1, loop });
  }

  #setScale(scale: number): void {
    this.scale = scale;
    this.#host.viewState.save({ scale });
  }
}
customElements.define('operator-view', OperatorView);

function imageOf({ image_url: address }: LivePrompt): PromptImage | undefined {
  if (address === null) return undefined;
  return { kind: isRasterDataUrl(address) ? 'shown' : 'address', address };
}

/** Returns the text that screen readers announce. */
function announcement({ test }: LiveState): string {
  if (test === null) return '';
  if (test.status === 'completed') return spokenVerdict(test);
  return test.prompt === null ? '' : l10n.t('The test asks: {0}', test.prompt.message);
}
