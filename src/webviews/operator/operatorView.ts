import * as l10n from '@vscode/l10n';
import { html, nothing, type PropertyValues } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { GoldenCheck } from '../../shared/contract/goldenChecks.ts';
import type { LiveState } from '../../shared/contract/operator.ts';
import { checkAt } from '../../shared/golden/goldenState.ts';
import { patchState } from '../../shared/live/livePatch.ts';
import { PageElement, states } from '../shared/element.ts';
import { checkAdvice, checkSentence, goldenIcons } from '../shared/goldenWords.ts';
import { icon } from '../shared/icons.ts';
import type { OperatorHost } from './operatorHost.ts';
import { type Connection, OperatorSlot } from './operatorSlot.ts';
import { shiftPart } from './shiftPart.ts';
import { type FocusOwner, longestAskingSlot, nextFreeSlot, placeAfterChange, quietMs } from './slotFocus.ts';
import { slotStrip } from './slotStrip.ts';
import { scriptButton, scriptName, studyTurn } from './startForm.ts';
import { titleBar } from './titleBar.ts';
import { reason } from './words.ts';

/** After a reconnect, slots that the server does not know any more are removed when it had this time to send them. */
const missingSlotMs = 2_000;

/** With more slots than a wide page has columns, the cards are low. */
const maxRoomySlots = 4;

export class OperatorView extends PageElement {
  static override properties = states('states', 'connection', 'mayAct', 'inEditor', 'now', 'scale');
  declare states: ReadonlyMap<number, LiveState>;
  declare connection: Connection;
  declare mayAct: boolean;
  declare inEditor: boolean;
  declare now: number;
  declare scale: number;
  readonly #host: OperatorHost;
  /** The server's clock minus this computer's, in milliseconds. */
  #clockOffsetMs = 0;
  #clockTimer: ReturnType<typeof setInterval> | undefined;
  #slotCount = 1;
  /** The slots that the server has not sent since the connection was lost. */
  readonly #stale = new Set<number>();
  /** The serial number field into which the page put the focus by itself, until the user uses it. */
  #idleField: Element | undefined;
  #lastKeyAtMs = -Infinity;
  /** The slots whose changes are to be followed by the focus when the keyboard is quiet. */
  readonly #changed: number[] = [];
  #focusTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: OperatorHost) {
    super();
    this.#host = host;
    this.states = new Map();
    this.connection = { type: 'connection', state: 'connecting', message: null };
    this.mayAct = false;
    this.inEditor = false;
    this.now = Date.now();
    this.scale = host.viewState.value.scale;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#host.handleMessages({
      state: ({ slot, state, sent_at }) => this.#setState(slot, state, sent_at),
      patch: ({ slot, patch, sent_at }) => {
        const state = this.states.get(slot);
        if (state) this.#setState(slot, patchState(state, patch), sent_at);
      },
      connection: (message) => this.#setConnection(message),
      access: ({ may_act, in_editor }) => {
        this.mayAct = may_act;
        this.inEditor = in_editor;
      },
      refused: (message) => (this.#slot(message.slot) ?? this.#slot(1))?.onRefused(message),
    });
    this.#clockTimer = setInterval(() => (this.now = Date.now() + this.#clockOffsetMs), 1000);
    window.addEventListener('focus', this.#onWindowFocus);
    for (const type of ['keydown', 'pointerdown']) window.addEventListener(type, this.#onUse, true);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#clockTimer);
    clearTimeout(this.#focusTimer);
    window.removeEventListener('focus', this.#onWindowFocus);
    for (const type of ['keydown', 'pointerdown']) window.removeEventListener(type, this.#onUse, true);
  }

  #setState(slot: number, state: LiveState, sentAt: number): void {
    this.#stale.delete(slot);
    this.#clockOffsetMs = sentAt - Date.now();
    this.now = sentAt;
    this.states = new Map(this.states).set(slot, state);
  }

  #setConnection(connection: Connection): void {
    const { state } = this.connection;
    this.connection = connection;
    if (connection.state === state) return;
    if (connection.state !== 'live') for (const slot of this.states.keys()) this.#stale.add(slot);
    else setTimeout(() => this.#removeStaleSlots(), missingSlotMs);
  }

  #removeStaleSlots(): void {
    if (this.connection.state !== 'live' || this.#stale.size === 0) return;
    this.states = new Map([...this.states].filter(([slot]) => !this.#stale.has(slot)));
    this.#stale.clear();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('states')) return;
    const running = [...this.states]
      .filter(([, { test }]) => test && test.status !== 'completed')
      .map(([slot]) => slot);
    const offer = this.states.get(1)?.offer;
    // While no window offers to start tests, such as during its reload, the verdicts stay.
    const offered = offer ? (offer.slots ?? 1) : this.#slotCount;
    this.#slotCount = Math.max(offered, ...running);
  }

  protected override render(): unknown {
    const { connection } = this;
    const state = this.states.get(1);
    document.documentElement.style.setProperty('--scale', String(this.scale));
    if (!state) return html`<p class="note waiting" role="status">${connection.message ?? l10n.t('Connecting…')}</p>`;
    const isOneOfSeveral = this.#slotCount > 1;
    const isDense = this.#slotCount > maxRoomySlots;
    const source = [...this.states.values()].find(({ source }) => source !== 'none')?.source ?? 'none';
    const banner = goldenBanner(state.board?.golden_checks ?? [], this.now);
    const counters = this.#counters(state);
    return html`
      ${titleBar({ ...state, source }, connection, this.mayAct, this.inEditor, this.scale, {
        larger: () => this.#setScale(this.scale >= 2 ? 1 : this.scale + 0.25),
        send: (message) => this.#host.send(message),
        questions: isOneOfSeveral ? { count: this.#askingSlots.length, show: () => this.#showQuestion() } : undefined,
        strip: isDense ? slotStrip(this.#slotCount, this.states, (slot) => this.#slot(slot)?.focusStage()) : nothing,
      })}
      <main data-slots=${isOneOfSeveral ? 'several' : 'one'} ?data-dense=${isDense}>
        ${isOneOfSeveral ? html`${banner} ${this.#stationLine(state)}` : nothing}
        <div class="slots">
          ${repeat(
            Array.from({ length: this.#slotCount }, (_, index) => index + 1),
            (number) => number,
            (number) => html`
              <operator-slot
                .host=${this.#host}
                .number=${number}
                .isOneOfSeveral=${isOneOfSeveral}
                .state=${this.states.get(number)}
                .connection=${connection}
                .mayAct=${this.mayAct}
                .inEditor=${this.inEditor}
                .now=${this.now}
                .study=${state.board?.study ?? null}
                .slotTesting=${this.#slotTesting}
                .banner=${isOneOfSeveral ? nothing : banner}
                .counters=${isOneOfSeveral ? nothing : counters}
                @started=${() => this.#onStarted(number)}
                @stagechange=${() => this.#onStageChange(number)}
              ></operator-slot>
            `,
          )}
        </div>
        ${isOneOfSeveral ? counters : nothing}
      </main>
    `;
  }

  #counters({ board }: LiveState): unknown {
    if (board?.counters === undefined) return nothing;
    return shiftPart(board.counters, this.inEditor ? (run) => this.#host.send({ type: 'openRun', run }) : undefined);
  }

  #stationLine({ offer, actions, board }: LiveState): unknown {
    const script = offer?.script ?? null;
    return html`
      <div class="station-line">
        ${board?.study ? studyTurn(board.study) : nothing} ${script === null ? nothing : scriptName(script)}
        ${
          this.inEditor && this.mayAct
            ? scriptButton(script !== null, () => this.#host.send({ type: 'chooseScript' }))
            : nothing
        }
        ${this.mayAct && actions.start === 'no-window' ? html`<p class="note">${reason('no-window')}</p>` : nothing}
      </div>
    `;
  }

  /** The slots whose tests have a prompt, also those that cannot be answered here. */
  get #askingSlots(): number[] {
    return [...this.states].filter(([, { test }]) => (test?.prompt ?? null) !== null).map(([slot]) => slot);
  }

  #showQuestion(): void {
    const slots = this.#slots.map(({ input }) => input);
    const asking = longestAskingSlot(slots) ?? this.#askingSlots[0];
    if (asking !== undefined) this.#slot(asking)?.focusStage();
  }

  get #slots(): OperatorSlot[] {
    return [...this.querySelectorAll<OperatorSlot>('operator-slot')];
  }

  #slot(number: number): OperatorSlot | undefined {
    return this.#slots.find((slot) => slot.number === number);
  }

  readonly #slotTesting = (serial: string, except: number): number | undefined =>
    this.#slots.find(({ number, unit }) => number !== except && unit === serial)?.number;

  #onStarted(number: number): void {
    if (this.#slotCount === 1) return;
    const next = nextFreeSlot(
      this.#slots.map(({ input }) => input),
      number,
    );
    if (next !== null) this.#slot(next)?.focusStage();
  }

  #onStageChange(number: number): void {
    if (!document.hasFocus()) return;
    if (this.#slotCount > 1) this.#focusWhenQuiet(number);
    else if (!this.querySelector('dialog[open]')) this.#slot(number)?.focusStage();
  }

  #focusWhenQuiet(changed?: number): void {
    if (changed !== undefined) this.#changed.push(changed);
    clearTimeout(this.#focusTimer);
    const waitMs = this.#lastKeyAtMs + quietMs - performance.now();
    if (waitMs > 0) this.#focusTimer = setTimeout(() => this.#focusWhenQuiet(), waitMs);
    else for (const each of this.#changed.splice(0)) this.#focusPlace(each);
  }

  #focusPlace(changed: number): void {
    if (!document.hasFocus() || this.querySelector('dialog[open]')) return;
    const slots = this.#slots.map(({ input }) => input);
    const place = placeAfterChange(slots, changed, this.#focusOwner());
    const slot = place === null ? undefined : this.#slot(place.slot);
    slot?.focusStage();
    if (slot && place?.part === 'serial') this.#idleField = slot.serialField ?? undefined;
  }

  #focusOwner(): FocusOwner {
    const active = document.activeElement;
    if (active === null) return { slot: null, inUse: false };
    const isIdle = active === this.#idleField && active instanceof HTMLInputElement && active.value === '';
    const inUse = !isIdle && (active.matches(':focus-visible') || active.closest('prompt-form') !== null);
    const slot = active.closest<OperatorSlot>('operator-slot')?.number ?? null;
    return { slot: isIdle || inUse ? slot : null, inUse };
  }

  readonly #onUse = (event: Event): void => {
    this.#idleField = undefined;
    if (event.type === 'keydown') this.#lastKeyAtMs = performance.now();
  };

  readonly #onWindowFocus = (): void => {
    if (document.activeElement !== document.body && document.activeElement !== null) return;
    if (this.#slotCount > 1) this.#focusWhenQuiet(0);
    else if (!this.querySelector('dialog[open]')) this.#slot(1)?.focusStage();
  };

  #setScale(scale: number): void {
    this.scale = scale;
    this.#host.viewState.save({ scale });
  }
}
customElements.define('operator-view', OperatorView);

function goldenBanner(checks: readonly GoldenCheck[], now: number): unknown {
  if (checks.length === 0) return nothing;
  const current = checks.map((check) => checkAt(check, now));
  return html`
    <section class="golden" aria-label=${l10n.t('Golden unit checks')}>
      ${current.map((check) => {
        const { kind } = check.state;
        const refuses = kind !== 'valid' && check.rule.without === 'refuse';
        return html`
          <p class="golden-check" data-state=${kind}>
            ${icon(goldenIcons[kind])}
            <span>
              ${checkSentence(check, now)} <strong>${checkAdvice(check)}</strong>
              ${refuses ? l10n.t('Other units cannot be started here until then.') : nothing}
            </span>
          </p>
        `;
      })}
    </section>
  `;
}
