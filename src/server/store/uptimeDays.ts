import { sql } from 'kysely';
import type { DayColumns, Durations } from '../../shared/contract/uptime.ts';
import type { TimeSpan } from '../../shared/uptime/uptimeHistory.ts';
import { numbersOf } from './numberList.ts';
import { touchedDays } from './schema/uptimeSchema.ts';
import type { Store, StoreTransaction } from './tables.ts';

const day = 86_400_000;

/** A date as a number that grows by one a day. */
export const dayNumber = (date: string): number => Date.parse(date) / day;
const dateOf = (number: number): string => new Date(number * day).toISOString().slice(0, 10);

/** Sums of days of a station that follow each other, one number a day. */
export interface PastDays {
  key: number;
  /** Of `presence`, when they were read. */
  version: number;
  /** 0 where a day is missing or not over. */
  columns: DayColumns;
  /** From the first to the last place that has to be made; null when all days are there. */
  missing: TimeSpan | null;
}

export const columnNames = ['up', 'down', 'maintenance', 'paused', 'unknown', 'incidents'] as const;

/** Days that are over, and those behind them. */
export interface DayWindow {
  /** `dayNumber` of the first one. */
  first: number;
  /** How many are over. */
  count: number;
  /** With those that are not over: the columns have room for them. */
  places: number;
}

/** What is kept of these days. */
export async function readDays(
  store: Store,
  zone: string,
  keys: readonly number[],
  window: DayWindow,
): Promise<PastDays[]> {
  const { first, count } = window;
  // One text a station: ninety thousand rows would take ten times as long.
  const { rows } = await sql<{ key: number; version: number; list: string | null }>`
    select p.key, p.days_version as version, (
      select group_concat(number || ',' || numbers) from (
        select cast(unixepoch(date) / 86400 as integer) as number,
          up || ',' || down || ',' || maintenance || ',' || paused || ',' || unknown || ',' || incidents as numbers
        from uptime_days as d
        where d.presence_key = p.key and d.date >= ${dateOf(first)} and d.date < ${dateOf(first + count)} and d.zone = ${zone}
        order by d.date
      )
    ) as list
    from presence as p where p.key in (select value from json_each(${JSON.stringify(keys)}))`.execute(store);
  return rows.map(({ key, version, list }) => ({
    key,
    version,
    first,
    count,
    ...columnsOf(numbersOf(list), window),
  }));
}

/** As long as they will be: a list that grows has room for half as many again. */
export function emptyColumns(places: number): DayColumns {
  const zeros = (): number[] => new Array<number>(places).fill(0);
  return { up: zeros(), down: zeros(), maintenance: zeros(), paused: zeros(), unknown: zeros(), incidents: zeros() };
}

function columnsOf(
  numbers: readonly number[],
  { first, count, places }: DayWindow,
): Pick<PastDays, 'columns' | 'missing'> {
  const columns = emptyColumns(places);
  const isThere = Array<boolean>(count).fill(false);
  for (let at = 0; at < numbers.length; at += columnNames.length + 1) {
    const place = (numbers[at] ?? 0) - first;
    isThere[place] = true;
    for (const [n, name] of columnNames.entries()) columns[name][place] = numbers[at + 1 + n] ?? 0;
  }
  const from = isThere.indexOf(false);
  return { columns, missing: from < 0 ? null : { from, to: isThere.lastIndexOf(false) + 1 } };
}

/** The sums of one day of a station. */
export interface ComputedDay {
  key: number;
  date: string;
  time: Durations;
}

/** What was read, completed with days that are not stored. */
export function withDays(
  read: readonly PastDays[],
  computed: readonly ComputedDay[],
  { first }: DayWindow,
): PastDays[] {
  const byKey = new Map(read.map((days) => [days.key, { ...days, missing: null }]));
  for (const { key, date, time } of computed) {
    const columns = byKey.get(key)?.columns;
    if (columns) for (const name of columnNames) columns[name][dayNumber(date) - first] = time[name];
  }
  return [...byKey.values()];
}

/** Keeps sums of days. They must have been made within the same transaction, so that no change comes in between. */
export async function writeDays(change: StoreTransaction, zone: string, days: readonly ComputedDay[]): Promise<void> {
  const rows = days.map(({ key, date, time }) => [key, date, ...columnNames.map((name) => time[name])]);
  await sql`
    insert into uptime_days (zone, presence_key, date, up, down, maintenance, paused, unknown, incidents)
    select ${zone}, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7
    from json_each(${JSON.stringify(rows)}) where true
    on conflict do update set up = excluded.up, down = excluded.down, maintenance = excluded.maintenance,
      paused = excluded.paused, unknown = excluded.unknown, incidents = excluded.incidents`.execute(change);
}

/**
 * Days of a station that are to be made anew. Changes of transitions and pauses do this by themselves; it is for what else
 * changes the past, such as an observer. @param from, to milliseconds since 1970
 */
export async function forgetDays(store: Store, presenceKey: number, from: number, to: number): Promise<void> {
  const touched = touchedDays(String(presenceKey), String(from), String(to));
  await sql`delete from uptime_days where ${sql.raw(touched)}`.execute(store);
  await sql`update presence set history_version = history_version + 1 where key = ${presenceKey}`.execute(store);
}

/** Days that are not over yet, or that nobody can ask for any more. @param today, oldest `dayNumber` */
export async function forgetOtherDays(
  store: Store,
  zone: string,
  { today, oldest }: { today: number; oldest: number },
): Promise<void> {
  await sql`
    delete from uptime_days where (zone = ${zone} and date >= ${dateOf(today)}) or date < ${dateOf(oldest)}
  `.execute(store);
}
