import { randomUUID } from 'node:crypto';
import type { PublishPacket } from 'aedes';
import * as z from 'zod';
import { StateThrottle } from '../stateThrottle.ts';
import type { Session } from './sessions.ts';
import type { LiveStream, PlugCall, StreamEnd, StreamListener } from './streams.ts';

const readIntervalMs = 100;

const clientMessage = z.object({
  action: z.literal('send'),
  source: z.literal('python'),
  message: z.record(z.string(), z.unknown()),
});

interface Connection {
  publish(packet: PublishPacket): void;
  cut(): void;
}

export class OpenStream implements LiveStream {
  /** The id of the stream, not of the session: a client may reconnect while its old connection is still ending. */
  readonly id = randomUUID();
  readonly session: Session;
  readonly #connection: Connection;
  readonly #listeners: readonly StreamListener[];
  readonly #payloads = new StateThrottle<Buffer>(readIntervalMs, (payload) => this.#report(payload));
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

  receive(payload: Buffer): void {
    this.#payloads.push(payload);
  }

  cut(why: 'key' | 'server'): void {
    this.#cutBy ??= why;
    this.#connection.cut();
  }

  closed(hasDisconnectedCleanly: boolean): void {
    this.#payloads.flushAndStop();
    const end: StreamEnd = this.#cutBy ?? (hasDisconnectedCleanly ? 'clean' : 'lost');
    for (const listener of this.#listeners) listener.closed(this, end);
  }

  #report(payload: Buffer): void {
    const state = stateIn(payload);
    if (state !== null) for (const listener of this.#listeners) listener.state(this, state);
  }
}

function stateIn(payload: Buffer): unknown {
  try {
    return clientMessage.parse(JSON.parse(payload.toString('utf8'))).message;
  } catch {
    return null;
  }
}
