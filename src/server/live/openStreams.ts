import { tooMany } from '../http/refusalError.ts';

/** Milliseconds that an ending stream has to send the rest. */
const graceMillis = 1_000;

/** An open stream, as its handler sees it. */
export class Listener {
  #rung = false;
  #wake = (): void => {};

  ring(): void {
    this.#rung = true;
    this.#wake();
  }

  /** Returns true if it was notified since the last call, false if the time passed without a notification. */
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
  readonly #most: number;
  /** In the order of their age. */
  readonly #open = new Map<Listener, OpenStream>();
  #ended = false;

  constructor(most: number) {
    this.#most = most;
  }

  get count(): number {
    return this.#open.size;
  }

  /** Whether the server is stopping, which ends streams. */
  get ended(): boolean {
    return this.#ended;
  }

  /**
   * Adds a stream.
   * @param owner such as the id of the key with which it was opened
   * @param cut closes its connection, whatever its client does
   * @throws RefusalError (429) if there is no place and no owner has more streams than this one
   */
  open(owner: string, cut: () => void): Listener {
    if (this.#open.size >= this.#most) this.#makeRoom(owner);
    const listener = new Listener();
    this.#open.set(listener, { owner, cut });
    return listener;
  }

  close(listener: Listener): void {
    this.#open.delete(listener);
  }

  /** Notifies all streams of a change, or a possible one. */
  ring(): void {
    for (const listener of this.#open.keys()) listener.ring();
  }

  /** Ends all streams. A client that does not read is disconnected. */
  end(): void {
    this.#ended = true;
    this.ring();
    setTimeout(() => {
      for (const { cut } of this.#open.values()) cut();
    }, graceMillis).unref();
  }

  #makeRoom(owner: string): void {
    const counts = new Map<string, number>();
    for (const each of this.#open.values()) counts.set(each.owner, (counts.get(each.owner) ?? 0) + 1);
    const most = Math.max(...counts.values());
    if (most <= (counts.get(owner) ?? 0) + 1) {
      throw tooMany(`This server keeps ${this.#most} event streams open already. Close one, then try again.`);
    }
    for (const [listener, stream] of this.#open) {
      if (counts.get(stream.owner) !== most) continue;
      this.close(listener);
      stream.cut();
      listener.ring();
      return;
    }
  }
}
