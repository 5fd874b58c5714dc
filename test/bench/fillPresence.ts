import { DatabaseSync } from 'node:sqlite';

const day = 86_400_000;

/**
 * Fills a database with stations that come and go: so many transitions a day until now, each a second time down a minute or
 * two; the server was watching but for ten minutes a day; every tenth station is in maintenance an hour a week. Straight by
 * SQL; the server must not be running.
 */
export function fillWithPresence(
  path: string,
  { stations, days, transitions, now }: { stations: number; days: number; transitions: number; now: number },
): void {
  const database = new DatabaseSync(path);
  const start = now - days * day;
  const count = days * transitions;
  const every = Math.floor(day / transitions);
  const numbers = (most: number): string =>
    `with recursive numbers (n) as (select 0 union all select n + 1 from numbers where n + 1 < ${most})`;
  const uuid = (n: string): string => `printf('00000000-0000-4000-8000-%012d', ${n})`;
  const triggers = database.prepare(`select name, sql from sqlite_schema where type = 'trigger'`).all();
  database.exec('pragma synchronous = off; pragma cache_size = -200000; begin');
  for (const { name } of triggers) database.exec(`drop trigger ${String(name)}`);
  database.exec(`
    ${numbers(stations)} insert into stations (id, name, name_key, created_at)
      select ${uuid('n')}, printf('Bench %04d', n), printf('bench %04d', n), ${start} from numbers;
    ${numbers(stations)} insert into presence (key, station_id, state, since, last_seen_at)
      select n + 1, ${uuid('n')}, 'connected', ${now - 60_000}, ${now} from numbers;
    ${numbers(count)} insert into transitions (presence_key, at, is_up, cause)
      select key, ${start} + n * ${every} + iif(n % 2 = 0, 0, ${every - 150_000} + (n * 7919 + key * 104729) % 120000),
        n % 2 = 0, iif(n % 2 = 0, 'heartbeat', 'heartbeat-missed')
      from presence cross join numbers;
    ${numbers(days)} insert into observers (started_at, alive_at)
      select ${start} + n * ${day}, ${start} + (n + 1) * ${day} - iif(n + 1 = ${days}, 0, 600000) from numbers;
    ${numbers(Math.ceil(days / 7))} insert into pauses (id, station_id, kind, starts_at, ends_at, note)
      select ${uuid('key * 1000 + n')}, station_id, 'maintenance', ${start} + n * ${7 * day}, ${start} + n * ${7 * day} + 3600000, ''
      from presence cross join numbers where key % 10 = 0;`);
  for (const { sql } of triggers) database.exec(String(sql));
  database.exec('commit; pragma wal_checkpoint(truncate)');
  database.close();
}
