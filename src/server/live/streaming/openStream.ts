import { randomUUID } from 'node:crypto';
import type { PublishPacket } from 'aedes';
import { stateIn } from './clientMessage.ts';
import type { Session } from './sessions.ts';
import type { LiveStream, PlugCall, StreamEnd, StreamListener } from './streams.ts';

/** Milliseconds between two states that are read. Those in between are skipped, because each state is complete. */
const readEvery = 100;

/** The part of its connection that a stream uses. */
interface Connection {
  publish(packet: PublishPacket): void;
  cut(): void;
}

/** The stream of a client that is connected. */
export class OpenStream implements LiveStream {
  /** The id of the stream, not of the session: a client may reconnect while its old connection is still ending. */
  readonly id = randomUUID();
  readonly session: Session;
  readonly #connection: Connection;
  readonly #listeners: readonly StreamListener[];
  #unread: Buffer | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Why the server ended it; null if it did not. */
  #cutBy: 'key' | 'server' | null = null;

  constructor(session: Session, listeners: readonly StreamListener[], connection: Connection) {
    this.session = session;
    this.#listeners = listeners;
    this.#connection = connection;
    for (const listener of listeners) listener.opened(this);
  }

  get stationId(): string | null {
    return this.session.stationId;
  }

  send(message: PlugCall): void {
    const payload = JSON.stringify({ source: 'web', message });
    const packet = { cmd: 'publish' as const, topic: this.session.topics.in, payload, qos: 1 as const };
    this.#connection.publish({ ...packet, dup: false, retain: false });
  }

  take(payload: Buffer): void {
    this.#unread = payload;
    this.#timer ??= setTimeout(() => this.#read(), 0);
  }

  /** Ends the stream and its connection. */
  cut(why: 'key' | 'server'): void {
    this.#cutBy ??= why;
    this.#connection.cut();
  }

  /**
   * Called when its connection has ended.
   * @param inOrder whether the client disconnected cleanly
   */
  closed(inOrder: boolean): void {
    this.#read();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const end: StreamEnd = this.#cutBy ?? (inOrder ? 'farewell' : 'lost');
    for (const listener of this.#listeners) listener.closed(this, end);
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
