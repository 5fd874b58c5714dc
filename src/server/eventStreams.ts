import { sql } from 'kysely';
import type { Store } from './store/tables.ts';

/** How often the database is asked whether another process, such as `new-user-key`, wrote to it. */
const pollMillis = 1_000;

/** How long a stream that ends may take to bring out what it has. */
const graceMillis = 1_000;

/** One open stream, seen from outside. */
export class Listener {
  #rung = false;
  #wake = (): void => {};

  ring(): void {
    this.#rung = true;
    this.#wake();
  }

  /** @returns true when it was rung since the last time, false when `millis` passed without */
  async rung(millis: number): Promise<boolean> {
    if (!this.#rung) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((done) => {
        this.#wake = done;
        timer = setTimeout(done, millis);
      });
      clearTimeout(timer);
    }
    const rung = this.#rung;
    this.#rung = false;
    return rung;
  }
}

/** The open event streams: wakes them when something changed, and ends them with the server. */
export class EventStreams {
  readonly #store: Store;
  readonly #open = new Map<Listener, () => void>();
  #poll: NodeJS.Timeout | undefined;
  #version: number | undefined;
  #ended = false;

  constructor(store: Store) {
    this.#store = store;
  }

  get count(): number {
    return this.#open.size;
  }

  /** True when the server stops: streams end. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Adds a stream. @param cut ends its connection, whatever its client does */
  open(cut: () => void): Listener {
    const listener = new Listener();
    this.#open.set(listener, cut);
    this.#poll ??= setInterval(() => void this.#lookAtOthers(), pollMillis);
    return listener;
  }

  close(listener: Listener): void {
    this.#open.delete(listener);
    if (this.#open.size > 0) return;
    clearInterval(this.#poll);
    this.#poll = undefined;
  }

  /** Something changed, or may have. */
  ring(): void {
    for (const listener of this.#open.keys()) listener.ring();
  }

  /** Ends all streams; a client that does not read is cut off. */
  end(): void {
    this.#ended = true;
    clearInterval(this.#poll);
    this.ring();
    setTimeout(() => {
      for (const cut of this.#open.values()) cut();
    }, graceMillis).unref();
  }

  async #lookAtOthers(): Promise<void> {
    const { rows } = await sql<{ data_version: number }>`pragma data_version`.execute(this.#store);
    const version = rows[0]?.data_version;
    if (version !== this.#version) this.ring();
    this.#version = version;
  }
}
