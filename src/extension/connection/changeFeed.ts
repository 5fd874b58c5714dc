import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { Change, StreamEvent } from '../../shared/contract/events.ts';
import { watchWithReconnect } from '../../shared/live/watchWithReconnect.ts';
import { ApiError } from '../client/apiError.ts';
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
  readonly #refused = new vscode.EventEmitter<void>();
  readonly onDidChangeRefusal = this.#refused.event;
  #refusal: string | undefined;

  constructor(connection: Connection, store: StationStore, log: Log) {
    this.#connection = connection;
    this.#store = store;
    this.#log = log;
    this.#onServer = connection.onDidChangeServer(() => {
      const hasStarted = this.#abort !== undefined;
      this.#abort?.abort();
      this.#abort = undefined;
      this.#setRefusal(undefined);
      store.restart();
      if (hasStarted) this.start();
    });
  }

  /** Whether the event stream is open: all changes are received. */
  get isLive(): boolean {
    return this.#store.loader.isLive;
  }

  get refusal(): string | undefined {
    return this.#refusal;
  }

  setWatching(view: string, isVisible: boolean): void {
    if (isVisible) this.#watchingViews.add(view);
    else this.#watchingViews.delete(view);
  }

  start(): void {
    if (this.#abort) return;
    this.#abort = new AbortController();
    this.#store.loader.follow();
    void this.#watch(this.#abort.signal);
  }

  async #watch(signal: AbortSignal): Promise<void> {
    await watchWithReconnect({
      open: async () => ((await this.#connection.can('events')) ? this.#connection.changes(signal) : undefined),
      onEvent: (event) => this.#apply(event),
      onDisconnect: (error) => {
        this.#log.debug(`event stream: ${String(error)}`);
        this.#store.loader.interrupted();
        const isFull = error instanceof ApiError && error.status === 429;
        this.#setRefusal(isFull ? error.message : undefined);
        // Until there is a place for this window, it is updated with each attempt.
        if (isFull && this.#watchingViews.size > 0) this.#changeAnything();
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

  #changeAnything(): void {
    this.#store.loader.markAll();
    this.#received.fire(undefined);
  }

  #setRefusal(message: string | undefined): void {
    if (message === this.#refusal) return;
    this.#refusal = message;
    this.#refused.fire();
  }

  #apply(event: StreamEvent): void {
    this.#log.trace(`event stream: ${event.event}${event.event === 'change' ? ` ${event.data.kind}` : ''}`);
    this.#setRefusal(undefined);
    this.#store.loader.apply(event);
    this.#received.fire(event.event === 'change' ? event.data : undefined);
  }

  dispose(): void {
    this.#onServer.dispose();
    this.#abort?.abort();
    this.#received.dispose();
    this.#refused.dispose();
  }
}
