import { randomUUID } from 'node:crypto';
import type { Client } from 'aedes';
import { stateIn } from './clientMessage.ts';
import type { Session } from './sessions.ts';
import type { LiveStream, PlugCall, StreamEnd, StreamListener } from './streams.ts';

/** Milliseconds between two states that are read. Each is the whole: those between them need not be. */
const readEvery = 100;

/** The stream of a client that is connected. */
export class OpenStream implements LiveStream {
  /** Not the session's: its client may come back while the old connection still ends. */
  readonly id = randomUUID();
  readonly session: Session;
  readonly #client: Client;
  readonly #listeners: readonly StreamListener[];
  #unread: Buffer | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** How it ends, unless something else becomes known. */
  #end: StreamEnd = 'farewell';

  constructor(client: Client, session: Session, listeners: readonly StreamListener[]) {
    this.#client = client;
    this.session = session;
    this.#listeners = listeners;
    for (const listener of listeners) listener.opened(this);
  }

  get stationId(): string | null {
    return this.session.stationId;
  }

  send(message: PlugCall): void {
    const payload = JSON.stringify({ source: 'web', message });
    const packet = { cmd: 'publish' as const, topic: this.session.topics.in, payload, qos: 1 as const };
    this.#client.publish({ ...packet, dup: false, retain: false }, ignored);
  }

  take(payload: Buffer): void {
    this.#unread = payload;
    this.#timer ??= setTimeout(() => this.#read(), 0);
  }

  /** Its last will was sent. */
  lost(): void {
    if (this.#end === 'farewell') this.#end = 'lost';
  }

  cut(why: 'key' | 'server'): void {
    this.#end = why;
    this.#client.close();
  }

  closed(): void {
    this.#read();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const listener of this.#listeners) listener.closed(this, this.#end);
  }

  #read(): void {
    const payload = this.#unread;
    this.#unread = undefined;
    this.#timer = undefined;
    if (payload === undefined) return;
    this.#timer = setTimeout(() => this.#read(), readEvery);
    const state = stateIn(payload);
    if (state !== null) for (const listener of this.#listeners) listener.state(this, state);
  }
}

/** Whether it arrived is seen by what the script does next. */
const ignored = (): void => {};
