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
 * Keeps the station store up to date from the server's event stream. A server without an event stream is polled while a
 * view that needs it is visible. The feed starts when a view is first shown and runs until the window closes.
 */
export class ChangeFeed implements vscode.Disposable {
  readonly #connection: Connection;
  readonly #store: StationStore;
  readonly #log: Log;
  readonly #onServer: vscode.Disposable;
  #abort: AbortController | undefined;
  readonly #watchingViews = new Set<string>();
  readonly #received = new vscode.EventEmitter<Change | undefined>();
  /** Fires for each change that the event stream reports, with undefined if anything may have changed. */
  readonly onDidReceiveChange = this.#received.event;

  constructor(connection: Connection, store: StationStore, log: Log) {
    this.#connection = connection;
    this.#store = store;
    this.#log = log;
    this.#onServer = connection.onDidChangeServer(() => {
      const hasStarted = this.#abort !== undefined;
      this.#abort?.abort();
      this.#abort = undefined;
      store.restart();
      if (hasStarted) this.start();
    });
  }

  setWatching(view: string, isVisible: boolean): void {
    if (isVisible) this.#watchingViews.add(view);
    else this.#watchingViews.delete(view);
  }

  start(): void {
    if (this.#abort) return;
    this.#abort = new AbortController();
    void this.#watch(this.#abort.signal);
  }

  async #watch(signal: AbortSignal): Promise<void> {
    await watchWithReconnect({
      open: async () => ((await this.#connection.can('events')) ? this.#connection.changes(signal) : undefined),
      onEvent: (event) => this.#apply(event),
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
      if (this.#watchingViews.size > 0) await this.#store.refresh();
    }
  }

  #apply(event: StreamEvent): void {
    this.#log.trace(`event stream: ${event.event}${event.event === 'change' ? ` ${event.data.kind}` : ''}`);
    this.#received.fire(event.event === 'change' ? event.data : undefined);
    // The first event of a stream refreshes too: something may have changed while there was no stream.
    if (event.event !== 'change' || event.data.kind.startsWith('procedure.')) void this.#store.refresh();
    else if (event.data.station_id !== null) {
      void this.#store.refreshStation(event.data.station_id, event.data.kind.startsWith('run.'));
    }
  }

  dispose(): void {
    this.#onServer.dispose();
    this.#abort?.abort();
    this.#received.dispose();
  }
}
