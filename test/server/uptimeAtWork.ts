import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { before, beforeEach } from 'mocha';
import type { PresenceCause } from '../../src/shared/contract/presence.ts';
import { type Durations, uptime, type UptimeRow } from '../../src/shared/contract/uptime.ts';
import { dayOf } from '../../src/shared/uptime/uptime.ts';
import { type TestStation, useServer } from './bench.ts';

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;
let midnight = NaN;
/** So many days ago in UTC, at this hour. */
export const ago = (days: number, hours = 0): number => midnight - days * day + hours * hour;
export const date = (days: number): string => new Date(ago(days)).toISOString().slice(0, 10);
/** Only what is not 0, in hours. */
export const inHours = ({ incidents, ...states }: Durations) => ({
  ...Object.fromEntries(Object.entries(states).flatMap(([name, n]) => (n === 0 ? [] : [[name, n / hour]]))),
  ...(incidents > 0 ? { incidents } : {}),
});

/** Sets the day that the tests count from. Another one must not begin while they run, so it waits for one that is about to. */
async function beginDay(): Promise<void> {
  const left = day - (Date.now() % day);
  if (left < 2 * minute) await delay(left);
  midnight = Math.floor(Date.now() / day) * day;
}

/** Inside a `describe`: a server with a station that has a past of a week, and all that reads and writes such pasts. */
export function useUptime() {
  const bench = useServer();

  /** What the server's recorder would write. */
  const write = (query: string, ...parameters: SQLInputValue[]): unknown[] => {
    const database = new DatabaseSync(join(bench.folder, 'stations.db'), { timeout: 10_000 });
    try {
      return database.prepare(query).all(...parameters);
    } finally {
      database.close();
    }
  };
  const presence = (station: string, state = 'connected'): number => {
    write(`insert into presence (station_id, state, since, last_seen_at) values (?, ?, ?, ?)`, station, state, 0, 5);
    return keyOf(station);
  };
  const keyOf = (station: string): number =>
    Number(Object.values(write('select key from presence where station_id = ?', station)[0] ?? {})[0]);
  const transition = (key: number, at: number, isUp: boolean, cause: PresenceCause = 'heartbeat') =>
    write('insert or replace into transitions values (?, ?, ?, ?)', key, at, isUp ? 1 : 0, cause);
  const pause = (station: string, kind: string, from: number, to: number | null): string => {
    const id = randomUUID();
    write('insert into pauses values (?, ?, ?, ?, ?, ?)', id, station, kind, from, to, 'Calibration');
    return id;
  };
  const fleet = (query: Record<string, string> = {}) => bench.user.call(uptime.fleet, { query });
  const one = (id: string, query: Record<string, string> = {}) =>
    bench.user.call(uptime.station, { params: { id }, query });
  const detail = (id: string, date: string, query: Record<string, string> = {}) =>
    bench.user.call(uptime.day, { params: { id, date }, query });
  type Answer = Awaited<ReturnType<typeof one>>;
  const daysOf = (row: UptimeRow, days: Answer['days']): Map<string, ReturnType<typeof inHours>> =>
    new Map(days.dates.map((date, n) => [date, inHours(dayOf(row.columns, days, n))]));

  let busy: TestStation;
  let key: number;
  before(async function () {
    this.timeout(4 * minute);
    await beginDay();
    write(
      'insert into observers (started_at, alive_at) values (?, ?), (?, ?)',
      ago(6),
      ago(2, 6),
      ago(2, 8),
      Date.now(),
    );
    busy = await bench.station('Busy');
    key = presence(busy.id);
    // Up from 10:00; down an hour; down over midnight; unobserved two hours; maintenance; paused since.
    transition(key, ago(5, 10), true, 'stream');
    transition(key, ago(5, 12), false, 'stream-lost');
    transition(key, ago(5, 13), true, 'stream');
    transition(key, ago(4, 23), false, 'heartbeat-missed');
    transition(key, ago(3, 1), true);
    pause(busy.id, 'maintenance', ago(2, 12), ago(2, 15));
    pause(busy.id, 'paused', ago(1, 6), ago(1, 18));
  });

  beforeEach(() => {
    write('update observers set alive_at = ? where started_at = ?', Date.now(), ago(2, 8));
  });

  return {
    bench,
    get busy() {
      return busy;
    },
    write,
    presence,
    transition,
    pause,
    fleet,
    one,
    detail,
    daysOf,
  };
}
