import type { Scheduler } from '../../src/extension/vscode/scheduler.ts';

/** A clock on which time passes only when a test says so. */
export class SetClock implements Scheduler {
  readonly start = Date.UTC(2026, 0, 1);
  #now = this.start;
  #timers: { at: number; work: () => Promise<void> }[] = [];

  now(): number {
    return this.#now;
  }

  schedule(millis: number, work: () => Promise<void>): () => void {
    const timer = { at: this.#now + millis, work };
    this.#timers.push(timer);
    return () => (this.#timers = this.#timers.filter((each) => each !== timer));
  }

  /** Lets the milliseconds pass, and does what falls due meanwhile, one after the other. */
  async pass(millis: number): Promise<void> {
    const end = this.#now + millis;
    for (;;) {
      const next = this.#timers.toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined || next.at > end) break;
      this.#now = next.at;
      this.#timers = this.#timers.filter((each) => each !== next);
      await next.work();
    }
    this.#now = end;
  }
}
