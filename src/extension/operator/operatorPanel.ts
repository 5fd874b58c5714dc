import * as vscode from 'vscode';
import { dispatch, type Handlers } from '../../shared/contract/messages.ts';
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
import type { Connection } from '../connection/connection.ts';
import type { Log } from '../vscode/log.ts';
import { webviewPage } from '../vscode/webviewPage.ts';

const firstRetryDelayMs = 500;
const maxRetryDelayMs = 5_000;

export class OperatorPanel implements vscode.Disposable {
  readonly panel: vscode.WebviewPanel;
  readonly #station: string;
  readonly #connection: Connection;
  readonly #log: Log;
  #abort = new AbortController();
  /** By slot. */
  #states = new Map<number, LiveState>();
  #status: ToOperator = { type: 'connection', state: 'connecting', message: null };

  constructor(panel: vscode.WebviewPanel, station: string, connection: Connection, extension: vscode.Uri, log: Log) {
    this.panel = panel;
    this.#station = station;
    this.#connection = connection;
    this.#log = log;
    panel.webview.onDidReceiveMessage((message: unknown) => this.#receive(message));
    panel.onDidDispose(() => this.#abort.abort());
    panel.webview.html = webviewPage(panel.webview, extension, 'operator', station);
    void this.#watch(this.#abort.signal);
  }

  restart(): void {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#setStatus({ type: 'connection', state: 'connecting', message: null });
    void this.#watch(this.#abort.signal);
  }

  dispose(): void {
    this.panel.dispose();
  }

  readonly #handlers: Handlers<FromOperator> = {
    // A view that was hidden starts again without any state.
    ready: () => {
      this.#post({ type: 'access', may_act: true, in_editor: true });
      for (const [slot, state] of this.#states) this.#post({ type: 'state', slot, sent_at: Date.now(), state });
      this.#post(this.#status);
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

  async #receive(message: unknown): Promise<void> {
    try {
      await dispatch(this.#handlers, fromOperator.parse(message));
    } catch (error) {
      this.#log.error(error instanceof Error ? error : String(error));
    }
  }

  async #act(what: OperatorAction, slot: number, operation: Operation, body: object): Promise<void> {
    try {
      await this.#connection.call(operation, { params: { id: this.#station }, body });
    } catch (error) {
      this.#post({ type: 'refused', what, slot, message: messageOf(error) });
    }
  }

  async #watch(signal: AbortSignal): Promise<void> {
    await watchWithReconnect({
      open: () => {
        const input = { params: { id: this.#station }, query: { slots: 'all' as const } };
        this.#states.clear(); // the server begins with the whole state of each slot that it knows
        return this.#connection.stream(operator.states, input, signal);
      },
      onEvent: (event) => this.#handleEvent(stateEvent.parse(event)),
      onDisconnect: (error) => {
        this.#log.debug(`operator states: ${String(error)}`);
        if (error instanceof ApiError && error.kind === 'notFound') {
          const message = vscode.l10n.t('{0} no longer has this station.', this.#connection.serverName);
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
      this.#post({ type: 'state', ...data });
    } else {
      const before = this.#states.get(slot);
      if (before) this.#states.set(slot, patchState(before, data.patch));
      this.#post({ type: 'patch', ...data });
    }
    this.#setStatus({ type: 'connection', state: 'live', message: null });
    const name = this.#states.get(slot)?.station_name;
    if (name !== undefined) this.panel.title = name;
  }

  #setStatus(status: ToOperator): void {
    this.#status = status;
    this.#post(status);
  }

  #post(message: ToOperator): void {
    void this.panel.webview.postMessage(message);
  }
}
