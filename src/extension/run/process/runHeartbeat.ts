import { randomUUID } from 'node:crypto';
import { presence } from '../../../shared/contract/presence.ts';
import type { Connection, StationAccess } from '../../connection/connection.ts';
import type { Log } from '../../vscode/log.ts';

const everySeconds = 10;

/**
 * Tells the station's server, where it wants to know, that a script runs there: from now on until it is disposed of. What goes
 * wrong with it disturbs no run.
 */
export class RunHeartbeat {
  readonly #access: StationAccess;
  readonly #log: Log;
  readonly #name = randomUUID();
  #timer: NodeJS.Timeout | undefined;
  /** The last one that was sent. */
  #sent: Promise<void> = Promise.resolve();
  #pending = false;
  #over = false;

  constructor(connection: Connection, access: StationAccess, log: Log) {
    this.#access = access;
    this.#log = log;
    connection.can('presence').then(
      (wanted) => wanted && this.#begin(),
      (error: unknown) => log.warn(String(error)),
    );
  }

  dispose(): void {
    this.#over = true;
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#sent = this.#sent.then(() => this.#send({ farewell: true }));
  }

  #begin(): void {
    if (this.#over) return;
    const beat = (): void => {
      if (this.#pending) return; // a server that is slow is not asked for more
      this.#pending = true;
      this.#sent = this.#send({ running: true }).finally(() => (this.#pending = false));
    };
    this.#timer = setInterval(beat, everySeconds * 1_000);
    beat();
  }

  async #send(words: { running?: true; farewell?: true }): Promise<void> {
    const { api, station } = this.#access;
    const body = { interval_s: everySeconds, script_run: this.#name, ...words };
    try {
      await api.call(presence.heartbeat, { params: { id: station.id }, body });
    } catch (error) {
      this.#log.warn(`The server was not told that a script runs: ${String(error)}`);
    }
  }
}
