import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { LiveStream, PlugCall, StreamEnd, StreamListener } from '../streaming/streams.ts';
import type { Clock } from './clock.ts';

const firstRetryDelayMs = 1_000;
const maxRetryDelayMs = 15_000;
const probeIntervalMs = 15_000;
const probeTimeoutMs = 10_000;
const maxMissedProbes = 2;

/** A message of an OpenHTF station server. It has the whole state of a test that is being executed. */
const message = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue('no JSON');
      return z.NEVER;
    }
  })
  .pipe(z.object({ test_uid: z.string(), state: z.looseObject({ status: z.string() }) }));
type Message = z.infer<typeof message>;

/** OpenHTF finds its tests by the uid unescaped, with its colons. */
const pathOf = ({ test_uid }: Message): string => `/tests/${encodeURIComponent(test_uid).replaceAll('%3A', ':')}`;

class FollowedStream implements LiveStream {
  readonly id = randomUUID();
  readonly stationId: string;
  readonly #address: string;
  last: Message | undefined;

  constructor(stationId: string, address: string) {
    this.stationId = stationId;
    this.#address = address;
  }

  send({ plug_name, method_name, args }: PlugCall): void {
    if (this.last === undefined) return;
    const path = `${pathOf(this.last)}/plugs/${encodeURIComponent(plug_name)}`;
    const body = JSON.stringify({ method: method_name, args });
    fetch(`http://${this.#address}${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(probeTimeoutMs),
    }).then(
      (answer) => answer.body?.cancel(),
      () => undefined, // whether the answer arrived shows in what the test does next
    );
  }
}

class Follower {
  readonly address: string;
  readonly #stationId: string;
  readonly #clock: Clock;
  readonly #listeners: readonly StreamListener[];
  #socket: WebSocket | undefined;
  #stream: FollowedStream | undefined;
  #retryDelayMs = firstRetryDelayMs;
  #cancel = (): void => {};
  #isEnded = false;

  constructor(stationId: string, address: string, clock: Clock, listeners: readonly StreamListener[]) {
    this.#stationId = stationId;
    this.address = address;
    this.#clock = clock;
    this.#listeners = listeners;
    this.#connect();
  }

  end(how: StreamEnd): void {
    this.#isEnded = true;
    this.#drop(how);
  }

  #connect(): void {
    const socket = new WebSocket(`ws://${this.address}/sub/station/websocket`);
    this.#socket = socket;
    const isCurrent = (): boolean => this.#socket === socket;
    socket.addEventListener('open', () => isCurrent() && this.#opened());
    socket.addEventListener('message', (event) => isCurrent() && this.#receive(event.data));
    // A connection that never opened may end with an error only.
    for (const end of ['close', 'error']) socket.addEventListener(end, () => isCurrent() && this.#drop('lost'));
  }

  #opened(): void {
    this.#retryDelayMs = firstRetryDelayMs;
    const stream = new FollowedStream(this.#stationId, this.address);
    this.#stream = stream;
    for (const listener of this.#listeners) listener.opened(stream);
    this.#scheduleProbe(stream, 0);
  }

  #receive(data: unknown): void {
    const received = message.safeParse(data).data;
    const stream = this.#stream;
    if (received && stream) this.#report(stream, received);
  }

  #report(stream: FollowedStream, received: Message): void {
    stream.last = received;
    for (const listener of this.#listeners) listener.state(stream, received.state);
  }

  /** A pulled cable closes no connection, so the server is asked regularly. */
  #scheduleProbe(stream: FollowedStream, missed: number): void {
    this.#cancel = this.#clock.after(probeIntervalMs, () => {
      void this.#isAnswering(stream).then((answered) => {
        if (this.#stream !== stream) return;
        const now = answered ? 0 : missed + 1;
        if (now >= maxMissedProbes) this.#drop('lost');
        else this.#scheduleProbe(stream, now);
      });
    });
  }

  /** A script that does not publish how its test ended is asked for the test: a completed test is no longer found. */
  async #isAnswering(stream: FollowedStream): Promise<boolean> {
    const patience = new AbortController();
    const cancel = this.#clock.after(probeTimeoutMs, () => patience.abort());
    const { last } = stream;
    const path = last?.state.status === 'RUNNING' ? `${pathOf(last)}/phases` : '/sub/station/info';
    try {
      const { signal } = patience;
      const answer = await fetch(`http://${this.address}${path}`, { redirect: 'error', signal });
      await answer.body?.cancel();
      const isOver = answer.status === 404 && last !== undefined && stream.last === last && this.#stream === stream;
      if (isOver) this.#report(stream, { ...last, state: { ...last.state, status: 'COMPLETED' } });
      return true;
    } catch {
      return false;
    } finally {
      cancel();
    }
  }

  #drop(how: StreamEnd): void {
    const socket = this.#socket;
    const stream = this.#stream;
    this.#socket = undefined;
    this.#stream = undefined;
    this.#cancel();
    socket?.close();
    if (stream) for (const listener of this.#listeners) listener.closed(stream, how);
    if (this.#isEnded) return;
    this.#cancel = this.#clock.after(this.#retryDelayMs, () => this.#connect());
    this.#retryDelayMs = Math.min(2 * this.#retryDelayMs, maxRetryDelayMs);
  }
}

export class Followers {
  readonly #clock: Clock;
  readonly #listeners: readonly StreamListener[];
  readonly #followers = new Map<string, Follower>();

  constructor(clock: Clock, listeners: readonly StreamListener[]) {
    this.#clock = clock;
    this.#listeners = listeners;
  }

  follow(stationId: string, address: string | null): void {
    const known = this.#followers.get(stationId);
    if ((known?.address ?? null) === address) return;
    known?.end('lost');
    this.#followers.delete(stationId);
    if (address === null) return;
    this.#followers.set(stationId, new Follower(stationId, address, this.#clock, this.#listeners));
  }

  stop(): void {
    for (const follower of this.#followers.values()) follower.end('server');
    this.#followers.clear();
  }
}
