import { setTimeout as delay } from 'node:timers/promises';
import type * as vscode from 'vscode';
import type { Log } from '../platform/log.ts';
import type { Connection } from './connection.ts';
import type { StationStore } from './stationStore.ts';

/** Milliseconds before a broken stream is opened again: the first wait, doubled up to the last. */
const [firstWait, lastWait] = [500, 30_000];

/**
 * Keeps the station store as the server is, by the server's event stream: changes by other windows and by scripts are
 * seen without asking. It begins when a view is first shown, and goes on until the window ends.
 */
export class ChangeFeed implements vscode.Disposable {
  readonly #connection: Connection;
  readonly #store: StationStore;
  readonly #log: Log;
  readonly #ended = new AbortController();
  #begun = false;

  constructor(connection: Connection, store: StationStore, log: Log) {
    this.#connection = connection;
    this.#store = store;
    this.#log = log;
  }

  begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    void this.#follow();
  }

  async #follow(): Promise<void> {
    const { signal } = this.#ended;
    for (let wait = firstWait; !signal.aborted; wait = Math.min(wait * 2, lastWait)) {
      try {
        for await (const { event } of this.#connection.changes(signal)) {
          wait = firstWait;
          // The first event of a stream too: something may have changed while there was none.
          this.#log.trace(`event stream: ${event}`);
          void this.#store.refresh();
        }
      } catch (error) {
        this.#log.debug(`event stream: ${String(error)}`);
      }
      await delay(wait, undefined, { signal }).catch(() => undefined); // the end of the window ends the wait
    }
  }

  dispose(): void {
    this.#ended.abort();
  }
}
