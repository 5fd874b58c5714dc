const windowMs = 60_000;

/** Limits how often each key calls tools: an assistant in a loop must not occupy the server. */
export class CallLimit {
  readonly #maxCalls: number;
  readonly #windows = new Map<string, { startedAtMs: number; calls: number }>();

  constructor(maxCalls = 300) {
    this.#maxCalls = maxCalls;
  }

  /** Counts a call, and returns after how many seconds the key may call again; 0: it may call now. */
  secondsToWait(keyId: string, nowMs: number): number {
    const open = this.#windows.get(keyId);
    if (open === undefined || nowMs - open.startedAtMs >= windowMs) {
      this.#forgetEnded(nowMs);
      this.#windows.set(keyId, { startedAtMs: nowMs, calls: 1 });
      return 0;
    }
    if (open.calls >= this.#maxCalls) return Math.ceil((open.startedAtMs + windowMs - nowMs) / 1000);
    open.calls += 1;
    return 0;
  }

  #forgetEnded(nowMs: number): void {
    for (const [keyId, { startedAtMs }] of this.#windows) {
      if (nowMs - startedAtMs >= windowMs) this.#windows.delete(keyId);
    }
  }
}
