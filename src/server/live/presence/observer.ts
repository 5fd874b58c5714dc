import { type ElapsedTime, isGap } from '../../../shared/uptime/presence.ts';
import { logFailure } from '../../cli/logFailure.ts';
import { beginObserving, noteAlive } from '../../store/observers.ts';
import type { Store } from '../../store/tables.ts';
import type { Clock } from './clock.ts';

/** Milliseconds between two notes that the server is alive. What happened after the last one is unknown if it is killed. */
export const tickMillis = 15_000;

/** A time in which it watched without a break. */
interface Interval {
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** In the store; null: it is not there yet. */
  key: number | null;
}

/** Writes down when this server watched: from its start until it stops, but for the times in which it did not get on. */
export class Observer {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #onTick: () => void;
  readonly #onGap: () => void;
  #interval: Interval;
  #looked: ElapsedTime;
  #cancel = (): void => {};
  #saving: Promise<void> = Promise.resolve();

  /**
   * @param onTick when it was noted that the server is alive
   * @param onGap nobody watched for a while until now
   */
  constructor(store: Store, clock: Clock, { onTick, onGap }: { onTick: () => void; onGap: () => void }) {
    this.#store = store;
    this.#clock = clock;
    this.#onTick = onTick;
    this.#onGap = onGap;
    this.#interval = { startedAt: clock.now(), key: null };
    this.#looked = { wall: this.#interval.startedAt, monotonic: clock.monotonic() };
  }

  /** Since when it watches without a break; milliseconds since 1970. */
  get startedAt(): number {
    return this.#interval.startedAt;
  }

  async start(): Promise<void> {
    this.#plan();
    await this.note();
  }

  /** Whoever wants to tell something asks for the time here, so that a gap is seen before it. */
  now(): number {
    const [wall, monotonic] = [this.#clock.now(), this.#clock.monotonic()];
    const last = this.#looked;
    this.#looked = { wall, monotonic };
    if (isGap({ wall: wall - last.wall, monotonic: monotonic - last.monotonic }, tickMillis)) {
      this.#interval = { startedAt: wall, key: null };
      this.#onGap();
    }
    return wall;
  }

  /** Writes down that the server is alive. */
  note(): Promise<void> {
    const now = this.now();
    const interval = this.#interval;
    this.#saving = this.#saving.then(() => this.#save(interval, now)).catch(complain);
    return this.#saving;
  }

  /** Resolves when what was to be written down by now is. */
  saved(): Promise<void> {
    return this.#saving;
  }

  async stop(): Promise<void> {
    this.#cancel();
    await this.note();
  }

  #plan(): void {
    this.#cancel = this.#clock.after(tickMillis, () => {
      this.#plan();
      void this.note();
      this.#onTick();
    });
  }

  async #save(interval: Interval, now: number): Promise<void> {
    interval.key = await this.#store.transaction().execute(async (change) => {
      if (interval.key === null) return beginObserving(change, interval.startedAt, now);
      await noteAlive(change, interval.key, now);
      return interval.key;
    });
  }
}

/** A full disk, say: the next tick tries again. */
const complain = (error: unknown): void => logFailure('The time of watching could not be stored', error);
