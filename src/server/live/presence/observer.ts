import { type ElapsedTime, isGap } from '../../../shared/uptime/presence.ts';
import { logFailure } from '../../cli/logFailure.ts';
import { extendInterval, startInterval } from '../../store/observers.ts';
import type { Writer } from '../../writer.ts';
import type { Clock } from './clock.ts';

/** Between two notes that the server is running. If it is killed, the time after the last note is unknown. */
const tickMs = 15_000;

interface Interval {
  readonly startedAt: number;
  key: number | null;
}

/** Stores when this server watches, without the times in which its process did not run. */
export class Observer {
  readonly #writer: Writer;
  readonly #clock: Clock;
  readonly #onTick: () => void;
  readonly #onGap: () => void;
  #interval: Interval;
  #lastCheck: ElapsedTime;
  #cancel = (): void => {};
  #saving: Promise<void> = Promise.resolve();

  constructor(writer: Writer, clock: Clock, { onTick, onGap }: { onTick: () => void; onGap: () => void }) {
    this.#writer = writer;
    this.#clock = clock;
    this.#onTick = onTick;
    this.#onGap = onGap;
    this.#interval = { startedAt: clock.now(), key: null };
    this.#lastCheck = { wall: this.#interval.startedAt, monotonic: clock.monotonic() };
  }

  get startedAt(): number {
    return this.#interval.startedAt;
  }

  /** @throws Error if the start cannot be stored */
  async start(): Promise<void> {
    await this.#save(this.#interval, this.now());
    this.#scheduleTick();
  }

  /** Returns the current time. Every report uses this, so that a gap is noticed before the report. */
  now(): number {
    const wall = this.#clock.now();
    const monotonic = this.#clock.monotonic();
    const last = this.#lastCheck;
    this.#lastCheck = { wall, monotonic };
    if (isGap({ wall: wall - last.wall, monotonic: monotonic - last.monotonic }, tickMs)) {
      this.#interval = { startedAt: wall, key: null };
      this.#onGap();
    }
    return wall;
  }

  saveInterval(): Promise<void> {
    const now = this.now();
    const interval = this.#interval;
    this.#saving = this.#saving.then(() => this.#save(interval, now)).catch(reportFailure);
    return this.#saving;
  }

  whenSaved(): Promise<void> {
    return this.#saving;
  }

  async stop(): Promise<void> {
    this.#cancel();
    await this.saveInterval();
  }

  #scheduleTick(): void {
    this.#cancel = this.#clock.after(tickMs, () => {
      this.#scheduleTick();
      void this.saveInterval();
      this.#onTick();
    });
  }

  async #save(interval: Interval, now: number): Promise<void> {
    interval.key = await this.#writer.write(async (change) => {
      if (interval.key === null) return startInterval(change, interval.startedAt, now);
      await extendInterval(change, interval.key, now);
      return interval.key;
    });
  }
}

const reportFailure = (error: unknown): void => logFailure('The time of watching could not be stored', error);
