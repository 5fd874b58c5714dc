import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { StationState } from '../../../src/shared/contract/overview.ts';
import type { PresenceCause } from '../../../src/shared/contract/presence.ts';

const hour = 3_600_000;

/** When a station came (up) or went. Milliseconds since 1970. */
export type Turn = [at: number, isUp: boolean, cause: PresenceCause];

export interface WrittenHistory {
  readonly state: StationState;
  readonly turns: readonly Turn[];
  readonly pauses?: readonly { kind: 'maintenance' | 'paused'; from: number; to: number | null; note?: string }[];
}

/** Midnight, so many days ago, where the tests run. */
export function midnight(daysAgo: number): number {
  const day = new Date();
  day.setHours(0, 0, 0, 0);
  day.setDate(day.getDate() - daysAgo);
  return day.getTime();
}

/** Writes what a server would have seen in months: straight into its database. */
export class Histories implements Disposable {
  readonly #database: DatabaseSync;

  constructor(dataFolder: string) {
    this.#database = new DatabaseSync(join(dataFolder, 'stations.db'));
    this.#database.exec('pragma busy_timeout = 10000; pragma foreign_keys = on');
  }

  /** The times in which the server watched. */
  watch(times: readonly (readonly [from: number, to: number])[]): void {
    const insert = this.#database.prepare('insert into observers (started_at, alive_at) values (?, ?)');
    for (const [from, to] of times) insert.run(from, to);
  }

  write(station: string, { state, turns, pauses = [] }: WrittenHistory): void {
    const last = turns.at(-1)?.[0] ?? Date.now();
    this.#database
      .prepare('insert into presence (station_id, state, since, last_seen_at) values (?, ?, ?, ?)')
      .run(station, state, last, state === 'disconnected' ? last : Date.now());
    for (const turn of turns) this.#turn(station, turn);
    const insert = this.#database.prepare('insert into pauses values (?, ?, ?, ?, ?, ?)');
    for (const { kind, from, to, note = '' } of pauses) insert.run(crypto.randomUUID(), station, kind, from, to, note);
  }

  #turn(station: string, [at, isUp, cause]: Turn): void {
    this.#database
      .prepare(
        `insert into transitions (presence_key, at, is_up, cause)
         select key, ?, ?, ? from presence where station_id = ?`,
      )
      .run(at, isUp ? 1 : 0, cause, station);
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}

/** Stations with every kind of past: one hardly ever down, one worked on, one new, one that nobody ever heard of. */
export function everyKind(): Record<'steady' | 'worked' | 'new', WrittenHistory> {
  const long = midnight(200);
  return {
    steady: {
      state: 'connected',
      turns: [
        [long, true, 'stream'],
        [midnight(10) + 9 * hour, false, 'heartbeat-missed'],
        [midnight(10) + 9 * hour + 10_000, true, 'heartbeat'],
        [midnight(3) + 12 * hour, false, 'stream-lost'],
        [midnight(3) + 14 * hour, true, 'stream'],
      ],
    },
    worked: {
      state: 'disconnected',
      turns: [
        [long, true, 'stream'],
        [midnight(40), false, 'heartbeat-missed'],
        [midnight(38), true, 'heartbeat'],
        [midnight(25) + 8 * hour, false, 'stream'],
        [midnight(25) + 17 * hour, true, 'stream'],
        [Date.now() - 25 * 60_000, false, 'stream-lost'],
      ],
      pauses: [
        { kind: 'maintenance', from: midnight(5) + 8 * hour, to: midnight(5) + 16 * hour, note: 'New fixture' },
        { kind: 'paused', from: midnight(14), to: midnight(12) },
        { kind: 'maintenance', from: midnight(60) + 6 * hour, to: midnight(60) + 18 * hour },
      ],
    },
    new: {
      state: 'running',
      turns: [
        [midnight(30) + 10 * hour, true, 'follow'],
        [midnight(8) + 3 * hour, false, 'follow'],
        [midnight(8) + 9 * hour, true, 'follow'],
      ],
    },
  };
}
