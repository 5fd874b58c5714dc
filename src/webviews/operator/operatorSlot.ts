import * as l10n from '@vscode/l10n';
import { html, nothing, type PropertyValues } from 'lit';
import type { LiveState, StudyTurn } from '../../shared/contract/operator.ts';
import type { ToOperator } from '../../shared/contract/operatorView.ts';
import { inputs, PageElement, states } from '../shared/element.ts';
import { icon, iconButton } from '../shared/icons.ts';
import type { PromptForm } from '../shared/promptForm.ts';
import { type OperatorHost, saveSlotViewState, type SlotViewState, slotViewStateOf } from './operatorHost.ts';
import { runningHead, stopDialog } from './runningHead.ts';
import { slotDetails } from './slotDetails.ts';
import type { SlotInput } from './slotFocus.ts';
import { lockedAnswer, slotPrompt } from './slotPrompt.ts';
import { startForm } from './startForm.ts';
import { failingList, spokenVerdict, verdictBanner } from './verdict.ts';
import { idIn } from './words.ts';

export type Connection = Extract<ToOperator, { type: 'connection' }>;
export type Refused = Extract<ToOperator, { type: 'refused' }>;

/** A single slot contains the banner and the counters. Fires `started`, and `stagechange` with another form or prompt. */
export class OperatorSlot extends PageElement {
  static override properties = {
    ...inputs('host', 'number', 'isOneOfSeveral', 'state', 'connection', 'mayAct', 'inEditor', 'now', 'study'),
    ...inputs('banner', 'counters'),
    ...states('refused', 'sent', 'duplicateIn', 'serial', 'loop'),
  };
  declare host: OperatorHost;
  declare number: number;
  declare isOneOfSeveral: boolean;
  declare state: LiveState | undefined;
  declare connection: Connection;
  declare mayAct: boolean;
  declare inEditor: boolean;
  declare now: number;
  declare study: StudyTurn | null;
  declare banner: unknown;
  declare counters: unknown;
  declare slotTesting: (serial: string, except: number) => number | undefined;
  declare refused: string | undefined;
  /** The prompt that was just answered, and the last test before the start that was just requested. */
  declare sent: { prompt: string | undefined; startAfter: string | null | undefined };
  declare duplicateIn: number | undefined;
  declare serial: string;
  declare loop: boolean;
  #startedSerial: string | null = null;

  constructor() {
    super();
    this.sent = { prompt: undefined, startAfter: undefined };
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const { serial, loop } = this.#viewState;
    this.serial = serial;
    this.loop = loop;
  }

  get input(): SlotInput {
    const { state } = this;
    const prompt = state?.test?.prompt ?? null;
    return {
      slot: this.number,
      isFree:
        state !== undefined &&
        hasForm(state) &&
        this.#mayStart &&
        (state.offer?.script ?? null) !== null &&
        state.actions.start === null &&
        !this.#isStarting(state) &&
        this.serial === '',
      askedAtMs: state && prompt && this.#lockedAnswer(state) === undefined ? prompt.emitted_at : null,
    };
  }

  get unit(): string | null {
    const { state } = this;
    if (state === undefined) return null;
    const known = hasForm(state) ? null : (state.test?.serial_number ?? null);
    return known ?? (hasForm(state) && !this.#isStarting(state) ? null : this.#startedSerial);
  }

  /** Focuses the next action, so that a scanner types into it. */
  focusStage(): void {
    const form = this.querySelector<PromptForm>('prompt-form');
    if (form) void form.updateComplete.then(() => form.focusAnswer());
    else {
      this.serialField?.focus();
      this.serialField?.select();
    }
    this.querySelector('.slot')?.scrollIntoView({ block: 'nearest' });
  }

  get serialField(): HTMLInputElement | null {
    return this.querySelector<HTMLInputElement>('input[name=serial]');
  }

  onRefused({ what, message }: Refused): void {
    this.refused = message;
    if (what === 'answer') this.sent = { ...this.sent, prompt: undefined };
    if (what !== 'start') return;
    this.sent = { ...this.sent, startAfter: undefined };
    if (this.serial === '') this.#setSerial(this.#startedSerial ?? '');
    this.#startedSerial = null;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const { state } = this;
    if (!changed.has('state') || state === undefined) return;
    const before = changed.get('state');
    const { test, offer } = state;
    const asked = before?.test?.prompt;
    if (asked && test?.prompt?.id !== asked.id) this.#onPromptClosed(asked.id, test?.status === 'completed');
    if (test?.execution_id !== before?.test?.execution_id) {
      this.sent = { prompt: undefined, startAfter: undefined };
      if (before !== undefined) this.refused = undefined;
    }
    if (test?.status === 'completed') this.#startedSerial = null;
    if (offer && offer.loop !== before?.offer?.loop) this.loop = offer.loop;
  }

  #onPromptClosed(id: string, isOver: boolean): void {
    const { draft } = this.#viewState;
    if (draft.prompt === id && draft.text !== '' && this.sent.prompt !== id && !isOver) {
      this.refused = l10n.t('The question was answered elsewhere or has timed out. Your answer was not sent.');
    }
    this.sent = { ...this.sent, prompt: undefined };
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has('state')) return;
    const before = changed.get('state');
    const isNewStage =
      this.state?.test?.prompt?.id !== before?.test?.prompt?.id ||
      this.state?.test?.status !== before?.test?.status ||
      this.state?.offer?.script !== before?.offer?.script;
    if (isNewStage) this.dispatchEvent(new CustomEvent('stagechange'));
  }

  protected override render(): unknown {
    const { state } = this;
    if (!this.isOneOfSeveral) return state && this.#unit(state);
    const title = idIn('slot', this);
    return html`
      <section class="slot" aria-labelledby=${title}>
        <h2 class="slot-title" id=${title}>${l10n.t('Slot {0}', this.number)}</h2>
        ${state ? this.#unit(state) : html`<p class="note">${l10n.t('Connecting…')}</p>`}
      </section>
    `;
  }

  #unit(state: LiveState): unknown {
    const { test } = state;
    const isOver = test?.status === 'completed';
    return html`
      <p class="only-spoken" role="status" aria-live=${this.isOneOfSeveral ? 'polite' : 'assertive'}>
        ${this.#announcement(state)}
      </p>
      ${this.refused === undefined ? nothing : this.#refusedNote(this.refused)}
      ${isOver ? verdictBanner(test, this) : nothing} ${this.banner}
      <div class="stage">${this.#stage(state)}</div>
      ${isOver ? failingList(test, this) : nothing} ${this.counters}
      ${test === null ? nothing : slotDetails(test, this.now, this, this.#viewState, (change) => this.#save(change))}
      ${test && !isOver ? stopDialog(test, this, () => this.#stop(test.execution_id)) : nothing}
    `;
  }

  #stage(state: LiveState): unknown {
    const { test } = state;
    if (hasForm(state)) {
      return startForm({
        ...{ state, place: this, study: this.study, mayAct: this.#mayStart, inEditor: this.inEditor },
        ...{ serial: this.serial, loop: this.loop, isStarting: this.#isStarting(state), duplicateIn: this.duplicateIn },
        isUnitElsewhere: (serial) => this.slotTesting(serial, this.number) !== undefined,
        onInput: (serial) => this.#setSerial(serial),
        onUseNext: (serial) => this.#useNext(serial),
        onLoop: (loop) => this.#setLoop(loop),
        onStart: (serial) => this.#start(serial),
        onChooseScript: () => this.host.send({ type: 'chooseScript' }),
      });
    }
    return html`
      ${test && runningHead(test, state, this.now, this.mayAct, this)}
      ${
        test?.prompt
          ? slotPrompt(test.prompt, this, {
              now: this.now,
              draft: this.#viewState.draft,
              locked: this.#lockedAnswer(state),
              onAnswer: (id, text) => this.#answer(id, text),
              onDraft: (draft) => this.#save({ draft }),
            })
          : nothing
      }
    `;
  }

  #lockedAnswer(state: LiveState): string | undefined {
    const isSent = this.sent.prompt !== undefined && this.sent.prompt === state.test?.prompt?.id;
    const { mayAct, inEditor } = this;
    return lockedAnswer(state, { isSent, mayAct, inEditor, isLive: this.connection.state === 'live' });
  }

  #refusedNote(message: string): unknown {
    return html`
      <p class="refused" role="alert">
        ${icon('warning')} <span>${message}</span>
        ${iconButton('close', l10n.t('Dismiss'), () => (this.refused = undefined))}
      </p>
    `;
  }

  #announcement({ test }: LiveState): string {
    if (test === null) return '';
    const asked = test.prompt === null ? '' : l10n.t('The test asks: {0}', test.prompt.message);
    const text = test.status === 'completed' ? spokenVerdict(test) : asked;
    return this.isOneOfSeveral && text !== '' ? l10n.t('Slot {0}: {1}', this.number, text) : text;
  }

  get #viewState(): SlotViewState {
    return slotViewStateOf(this.host, this.number);
  }

  get #mayStart(): boolean {
    return this.mayAct && this.connection.state === 'live';
  }

  #isStarting({ test, offer }: LiveState): boolean {
    return this.sent.startAfter === (test?.execution_id ?? null) && offer?.problem == null;
  }

  #answer(id: string, text: string): void {
    this.sent = { ...this.sent, prompt: id };
    this.refused = undefined;
    this.host.send({ type: 'answer', slot: this.number, prompt_id: id, text });
  }

  #start(serial: string): void {
    this.duplicateIn = this.slotTesting(serial, this.number);
    if (this.duplicateIn !== undefined) {
      this.serialField?.select();
      return;
    }
    this.sent = { ...this.sent, startAfter: this.state?.test?.execution_id ?? null };
    this.refused = undefined;
    this.#startedSerial = serial;
    this.#setSerial('');
    this.host.send({ type: 'start', slot: this.number, serial_number: serial, loop: this.loop });
    this.dispatchEvent(new CustomEvent('started'));
  }

  #stop(execution: string): void {
    this.host.send({ type: 'stop', slot: this.number, execution_id: execution });
  }

  #setSerial(serial: string): void {
    this.serial = serial;
    this.duplicateIn = undefined;
    this.#save({ serial });
  }

  #useNext(serial: string): void {
    this.#setSerial(serial);
    void this.updateComplete.then(() => this.focusStage());
  }

  #setLoop(loop: boolean): void {
    this.loop = loop;
    this.#save({ loop });
    this.host.send({ type: 'loop', slot: this.number, loop });
  }

  #save(change: Partial<SlotViewState>): void {
    saveSlotViewState(this.host, this.number, change);
  }
}
customElements.define('operator-slot', OperatorSlot);

const hasForm = ({ test }: LiveState): boolean => test === null || test.status === 'completed';
