import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { Change, StreamEvent } from '../../shared/contract/events.ts';
import type { Log } from '../vscode/log.ts';
import type { Connection } from './connection.ts';
import type { StationStore } from './stationStore.ts';

/** Milliseconds before a broken stream is opened again: the first wait, doubled up to the last. */
const [firstWait, lastWait] = [500, 30_000];
/** Milliseconds between looks at a server that does not tell of changes. */
const pollWait = 30_000;

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
    for (let wait = firstWait; !signal.aborted; wait = Math.min(wait * 2, lastWait)) {
      try {
        if (!(await this.#connection.can('events'))) {
          await this.#poll(signal);
          return;
        }
        for await (const event of this.#connection.changes(signal)) {
          wait = firstWait;
          this.#take(event);
        }
      } catch (error) {
        this.#log.debug(`event stream: ${String(error)}`);
      }
      await delay(wait, undefined, { signal }).catch(() => undefined); // the end ends the wait
    }
  }

  async #poll(signal: AbortSignal): Promise<void> {
    for (;;) {
      await delay(pollWait, undefined, { signal }).catch(() => undefined);
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
