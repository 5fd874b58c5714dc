import { tooMany } from '../http/refusalError.ts';

/** Milliseconds that an ending stream has to send the rest. */
const gracePeriodMs = 1_000;

/** An open stream, as its handler sees it. */
export class Listener {
  #isNotified = false;
  #wake = (): void => {};

  notify(): void {
    this.#isNotified = true;
    this.#wake();
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

interface OpenStream {
  /** The owner that was passed to `open`. */
  readonly owner: string;
  readonly cut: () => void;
}

/**
 * The open streams of one kind. They end with the server. Their number is limited, and no owner can shut out others: if
 * all places are taken, the oldest stream of the owner with the most streams is closed for an owner with fewer streams.
 */
export class OpenStreams {
  readonly #maxStreams: number;
  /** In the order of their age. */
  readonly #open = new Map<Listener, OpenStream>();
  #isEnded = false;

  constructor(most: number) {
    this.#maxStreams = most;
  }

  get count(): number {
    return this.#open.size;
  }

  /** Whether the server is stopping, which ends streams. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /**
   * Adds a stream.
   * @param owner such as the id of the key with which it was opened
   * @param cut closes its connection, whatever its client does
   * @throws RefusalError (429) if there is no place and no owner has more streams than this one
   */
  open(owner: string, cut: () => void): Listener {
    if (this.#open.size >= this.#maxStreams) this.#makeRoom(owner);
    const listener = new Listener();
    this.#open.set(listener, { owner, cut });
    return listener;
  }

  close(listener: Listener): void {
    this.#open.delete(listener);
  }

  /** Notifies all streams of a change, or a possible one. */
  notify(): void {
    for (const listener of this.#open.keys()) listener.notify();
  }

  /** Ends all streams. A client that does not read is disconnected. */
  end(): void {
    this.#isEnded = true;
    this.notify();
    setTimeout(() => {
      for (const { cut } of this.#open.values()) cut();
    }, gracePeriodMs).unref();
  }

  #makeRoom(owner: string): void {
    const counts = new Map<string, number>();
    for (const each of this.#open.values()) counts.set(each.owner, (counts.get(each.owner) ?? 0) + 1);
    const most = Math.max(...counts.values());
    if (most <= (counts.get(owner) ?? 0) + 1) {
      throw tooMany(`This server keeps ${this.#maxStreams} event streams open already. Close one, then try again.`);
    }
    for (const [listener, stream] of this.#open) {
      if (counts.get(stream.owner) !== most) continue;
      this.close(listener);
      stream.cut();
      listener.notify();
      return;
    }
  }
}
