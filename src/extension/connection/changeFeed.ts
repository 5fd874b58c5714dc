import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { Change, StreamEvent } from '../../shared/contract/events.ts';
import { watchWithReconnect } from '../../shared/live/watchWithReconnect.ts';
import type { Log } from '../vscode/log.ts';
import type { Connection } from './connection.ts';
import type { StationStore } from './stationStore.ts';

const firstRetryDelayMs = 500;
const maxRetryDelayMs = 30_000;
const pollIntervalMs = 30_000;

/**
 * Keeps the station store as the server is, by the server's event stream: changes by other windows and by scripts are
 * seen without asking. A server without one is asked from time to time, while somebody looks. It begins when a view is
 * first shown, and goes on until the window ends.
 */
export class ChangeFeed implements vscode.Disposable {
  readonly #connection: Connection;
  readonly #store: StationStore;
  readonly #log: Log;
  readonly #onServer: vscode.Disposable;
  #following: AbortController | undefined;
  /** The views in which somebody looks at the stations. */
  readonly #lookers = new Set<string>();
  readonly #heard = new vscode.EventEmitter<Change | undefined>();
  /** What a server with an event stream tells; undefined: anything may have changed. */
  readonly onDidHear = this.#heard.event;

  constructor(connection: Connection, store: StationStore, log: Log) {
    this.#connection = connection;
    this.#store = store;
    this.#log = log;
    this.#onServer = connection.onDidChangeServer(() => {
      const begun = this.#following !== undefined;
      this.#following?.abort();
      this.#following = undefined;
      store.restart();
      if (begun) this.begin();
    });
  }

  /** Somebody looks by this view, or does no longer. */
  setLooking(view: string, looks: boolean): void {
    if (looks) this.#lookers.add(view);
    else this.#lookers.delete(view);
  }

  begin(): void {
    if (this.#following) return;
    this.#following = new AbortController();
    void this.#follow(this.#following.signal);
  }

  async #follow(signal: AbortSignal): Promise<void> {
    await watchWithReconnect({
      open: async () => ((await this.#connection.can('events')) ? this.#connection.changes(signal) : undefined),
      onEvent: (event) => this.#take(event),
      onDisconnect: (error) => {
        this.#log.debug(`event stream: ${String(error)}`);
        return 'retry';
      },
      signal,
      firstDelayMs: firstRetryDelayMs,
      maxDelayMs: maxRetryDelayMs,
    });
    await this.#poll(signal); // The server has no event stream, or the signal was aborted.
  }

  async #poll(signal: AbortSignal): Promise<void> {
    for (;;) {
      await delay(pollIntervalMs, undefined, { signal }).catch(() => undefined); // An abort ends the delay.
      if (signal.aborted) return;
      if (this.#lookers.size > 0) await this.#store.refresh();
    }
  }

  #take(event: StreamEvent): void {
    this.#log.trace(`event stream: ${event.event}${event.event === 'change' ? ` ${event.data.kind}` : ''}`);
    this.#heard.fire(event.event === 'change' ? event.data : undefined);
    // The first event of a stream too: something may have changed while there was none.
    if (event.event !== 'change' || event.data.kind.startsWith('procedure.')) void this.#store.refresh();
    else if (event.data.station_id !== null) {
      void this.#store.refreshStation(event.data.station_id, event.data.kind.startsWith('run.'));
    }
  }

  dispose(): void {
    this.#onServer.dispose();
    this.#following?.abort();
    this.#heard.dispose();
  }
}
