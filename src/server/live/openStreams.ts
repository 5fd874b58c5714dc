import { tooMany, unauthorized } from '../http/refusalError.ts';
import type { KeyHolder } from './keyEnds.ts';
import { logLimit } from './limitLog.ts';

const gracePeriodMs = 1_000;

/** What an event stream sends last when the server stops: when to reconnect. A restart takes a few seconds. */
export const reconnectHint = 'retry: 3000\n\n';

export class Listener {
  #isNotified = false;
  #isEnded = false;
  #wake = (): void => {};

  notify(): void {
    this.#isNotified = true;
    this.#wake();
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  end(): void {
    this.#isEnded = true;
    this.notify();
  }

  /** Returns true if it was notified since the last call, false if the time passed without a notification. */
  async waitForNotification(millis: number): Promise<boolean> {
    if (!this.#isNotified) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((done) => {
        this.#wake = done;
        timer = setTimeout(done, millis);
      });
      clearTimeout(timer);
    }
    const isNotified = this.#isNotified;
    this.#isNotified = false;
    return isNotified;
  }
}

export interface StreamClient {
  /** Whom the limit counts, such as the id of the key with which the stream was opened. */
  readonly owner: string;
  readonly keyId: string;
  /** Closes its connection, whatever the client does. */
  readonly cut: () => void;
}

/**
 * The open streams of one kind. They end with the server, and each with its key. Their number is limited, and no owner can
 * shut out others: if all places are taken, the oldest stream of the owner with the most streams is closed for an owner with
 * fewer streams.
 */
export class OpenStreams implements KeyHolder {
  readonly #what: string;
  readonly #maxStreams: number;
  readonly #streams = new Map<Listener, StreamClient>();
  #isEnded = false;

  constructor(what: string, maxStreams: number) {
    this.#what = what;
    this.#maxStreams = maxStreams;
  }

  get count(): number {
    return this.#streams.size;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  get openKeys(): Iterable<string> {
    return [...this.#streams.values()].map(({ keyId }) => keyId);
  }

  /** @throws RefusalError (429) if there is no place and no owner has more streams than this one */
  open(client: StreamClient): Listener {
    if (this.#streams.size >= this.#maxStreams) this.#makeRoom(client.owner);
    const listener = new Listener();
    this.#streams.set(listener, client);
    return listener;
  }

  /**
   * Opens a stream if its client may listen. The key was found before and may have ended since, so it is checked once while the
   * stream is open; after that, `endKey` ends the stream.
   * @throws RefusalError (401, 429)
   */
  async openIfAllowed(client: StreamClient, isAllowed: () => Promise<boolean>): Promise<Listener> {
    const listener = this.open(client);
    let isOpen = false;
    try {
      isOpen = await isAllowed();
    } finally {
      if (!isOpen) this.close(listener);
    }
    if (!isOpen) throw unauthorized('The key or link of this stream was replaced or deleted. Use the new one.');
    return listener;
  }

  close(listener: Listener): void {
    this.#streams.delete(listener);
  }

  notify(): void {
    for (const listener of this.#streams.keys()) listener.notify();
  }

  endKey(id: string): void {
    for (const [listener, client] of this.#streams) {
      if (client.keyId !== id) continue;
      listener.end();
      this.#cutLater(listener, client);
    }
  }

  end(): void {
    this.#isEnded = true;
    this.notify();
    for (const [listener, client] of this.#streams) this.#cutLater(listener, client);
  }

  /** A client that does not read does not notice the end of its stream. */
  #cutLater(listener: Listener, { cut }: StreamClient): void {
    setTimeout(() => {
      if (this.#streams.has(listener)) cut();
    }, gracePeriodMs).unref();
  }

  #makeRoom(owner: string): void {
    logLimit(this.#what, this.#maxStreams);
    const counts = new Map<string, number>();
    for (const each of this.#streams.values()) counts.set(each.owner, (counts.get(each.owner) ?? 0) + 1);
    const most = Math.max(...counts.values());
    if (most <= (counts.get(owner) ?? 0) + 1) {
      throw tooMany(
        `This server has reached its limit of ${this.#maxStreams} ${this.#what}. Close windows or pages that are not needed, then try again.`,
      );
    }
    for (const [listener, stream] of this.#streams) {
      if (counts.get(stream.owner) !== most) continue;
      this.close(listener);
      stream.cut();
      listener.end();
      return;
    }
  }
}
