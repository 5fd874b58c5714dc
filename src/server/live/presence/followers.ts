import type { StreamListener } from '../streaming/streams.ts';
import type { Clock } from './clock.ts';
import { Follower } from './follower.ts';

/** The OpenHTF station servers that are followed, one per station. */
export class Followers {
  readonly #clock: Clock;
  readonly #listeners: readonly StreamListener[];
  readonly #followers = new Map<string, Follower>();

  constructor(clock: Clock, listeners: readonly StreamListener[]) {
    this.#clock = clock;
    this.#listeners = listeners;
  }

  /**
   * Follows the station server at this address instead of the previous one.
   * @param address null to follow none
   */
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
