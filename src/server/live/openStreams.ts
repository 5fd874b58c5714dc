import { tooMany } from '../http/refusalError.ts';

const gracePeriodMs = 1_000;

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
  readonly owner: string;
  readonly cut: () => void;
}

/**
 * The open streams of one kind. They end with the server. Their number is limited, and no owner can shut out others: if
 * all places are taken, the oldest stream of the owner with the most streams is closed for an owner with fewer streams.
 */
export class OpenStreams {
  readonly #maxStreams: number;
  readonly #streams = new Map<Listener, OpenStream>();
  #isEnded = false;

  constructor(maxStreams: number) {
    this.#maxStreams = maxStreams;
  }

  get count(): number {
    return this.#streams.size;
  }

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
    if (this.#streams.size >= this.#maxStreams) this.#makeRoom(owner);
    const listener = new Listener();
    this.#streams.set(listener, { owner, cut });
    return listener;
  }

  close(listener: Listener): void {
    this.#streams.delete(listener);
  }

  notify(): void {
    for (const listener of this.#streams.keys()) listener.notify();
  }

  end(): void {
    this.#isEnded = true;
    this.notify();
    setTimeout(() => {
      for (const { cut } of this.#streams.values()) cut();
    }, gracePeriodMs).unref();
  }

  #makeRoom(owner: string): void {
    const counts = new Map<string, number>();
    for (const each of this.#streams.values()) counts.set(each.owner, (counts.get(each.owner) ?? 0) + 1);
    const most = Math.max(...counts.values());
    if (most <= (counts.get(owner) ?? 0) + 1) {
      throw tooMany(`This server keeps ${this.#maxStreams} event streams open already. Close one, then try again.`);
    }
    for (const [listener, stream] of this.#streams) {
      if (counts.get(stream.owner) !== most) continue;
      this.close(listener);
      stream.cut();
      listener.notify();
      return;
    }
  }
}
