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

/** The open streams of one kind; they end with the server. */
export class OpenStreams {
  readonly #open = new Map<Listener, () => void>();
  #ended = false;

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
    return listener;
  }

  close(listener: Listener): void {
    this.#open.delete(listener);
  }

  /** Something changed, or may have. */
  ring(): void {
    for (const listener of this.#open.keys()) listener.ring();
  }

  /** Ends all streams; a client that does not read is cut off. */
  end(): void {
    this.#ended = true;
    this.ring();
    setTimeout(() => {
      for (const cut of this.#open.values()) cut();
    }, graceMillis).unref();
  }
}
