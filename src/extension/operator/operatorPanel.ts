import * as vscode from 'vscode';
import type { Handlers } from '../../shared/contract/messages.ts';
import type { Operation } from '../../shared/contract/operation.ts';
import { type LiveState, operator, type StateEvent, stateEvent } from '../../shared/contract/operator.ts';
import {
  type FromOperator,
  fromOperator,
  type OperatorAction,
  type ToOperator,
} from '../../shared/contract/operatorView.ts';
import { messageOf } from '../../shared/format/messageOf.ts';
import { patchState } from '../../shared/live/livePatch.ts';
import { watchWithReconnect } from '../../shared/live/watchWithReconnect.ts';
import { ApiError } from '../client/apiError.ts';
import type { Services } from '../connection/services.ts';
import { Page } from '../vscode/page.ts';

const firstRetryDelayMs = 500;
const maxRetryDelayMs = 5_000;

export class OperatorPanel extends Page<FromOperator, ToOperator> {
  readonly #station: string;
  readonly #services: Services;
  #abort = new AbortController();
  /** By slot. */
  #states = new Map<number, LiveState>();
  #status: ToOperator = { type: 'connection', state: 'connecting', message: null };

  constructor(panel: vscode.WebviewPanel, station: string, services: Services) {
    super(panel, services, 'operator', station, fromOperator);
    this.#station = station;
    this.#services = services;
    const onServer = services.connection.onDidChangeServer(() => {
      this.#abort.abort();
      this.#abort = new AbortController();
      this.#setStatus({ type: 'connection', state: 'connecting', message: null });
      void this.#watch(this.#abort.signal);
    });
    panel.onDidDispose(() => {
      onServer.dispose();
      this.#abort.abort();
    });
    void this.#watch(this.#abort.signal);
  }

  protected override readonly handlers: Handlers<FromOperator> = {
    // A view that was hidden starts again without any state.
    ready: () => {
      this.post({ type: 'access', may_act: true, in_editor: true });
      for (const [slot, state] of this.#states) this.post({ type: 'state', slot, sent_at: Date.now(), state });
      this.post(this.#status);
    },
    answer: ({ slot, prompt_id, text }) => this.#act('answer', slot, operator.answer, { prompt_id, text }),
    stop: ({ slot, execution_id }) => this.#act('stop', slot, operator.stop, { execution_id }),
    start: ({ slot, serial_number, loop }) => this.#act('start', slot, operator.start, { serial_number, loop, slot }),
    loop: ({ slot, loop }) => this.#act('loop', slot, operator.loop, { loop, slot }),
    openRun: ({ run }) => vscode.commands.executeCommand('testStations.openRun', run),
    chooseScript: () => vscode.commands.executeCommand('testStations.setStationScript', { id: this.#station }),
    share: () => vscode.commands.executeCommand('testStations.copyOperatorLink', { id: this.#station }),
    openInBrowser: () => vscode.commands.executeCommand('testStations.openOperatorPage', { id: this.#station }),
    signIn: () => undefined, // an editor uses the key of the user
    signOut: () => undefined,
  };

  async #act(what: OperatorAction, slot: number, operation: Operation, body: object): Promise<void> {
    try {
      await this.#services.connection.call(operation, { params: { id: this.#station }, body });
    } catch (error) {
      this.post({ type: 'refused', what, slot, message: messageOf(error) });
    }
  }

  async #watch(signal: AbortSignal): Promise<void> {
    await watchWithReconnect({
      open: () => {
        const input = { params: { id: this.#station }, query: { slots: 'all' as const } };
        this.#states.clear(); // the server begins with the whole state of each slot that it knows
        return this.#services.connection.stream(operator.states, input, signal);
      },
      onEvent: (event) => this.#handleEvent(stateEvent.parse(event)),
      onDisconnect: (error) => {
        this.#services.log.debug(`operator states: ${String(error)}`);
        if (error instanceof ApiError && error.kind === 'notFound') {
          const message = vscode.l10n.t('{0} no longer has this station.', this.#services.connection.serverName);
          this.#setStatus({ type: 'connection', state: 'ended', message });
          return 'stop';
        }
        this.#setStatus({ type: 'connection', state: 'lost', message: null });
        return 'retry';
      },
      signal,
      firstDelayMs: firstRetryDelayMs,
      maxDelayMs: maxRetryDelayMs,
    });
  }

  #handleEvent({ event, data }: StateEvent): void {
    const { slot } = data;
    if (event === 'state') {
      this.#states.set(slot, data.state);
      this.post({ type: 'state', ...data });
    } else {
      const before = this.#states.get(slot);
      if (before) this.#states.set(slot, patchState(before, data.patch));
      this.post({ type: 'patch', ...data });
    }
    this.#setStatus({ type: 'connection', state: 'live', message: null });
    const name = this.#states.get(slot)?.station_name;
    if (name !== undefined) this.panel.title = name;
  }

  #setStatus(status: ToOperator): void {
    this.#status = status;
    this.post(status);
  }
}
