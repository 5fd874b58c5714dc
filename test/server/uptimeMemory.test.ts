import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { after, describe, it } from 'mocha';
import { openStore } from '../../src/server/store/sqlite/open.ts';
import { listPresences } from '../../src/server/store/uptime.ts';
import { UptimeService } from '../../src/server/uptime/uptimeService.ts';
import { cellsOf, dayOf } from '../../src/shared/uptime/uptime.ts';
import { Calendar } from '../../src/shared/uptime/uptimeCalendar.ts';
import { markOf } from '../../src/shared/uptime/uptimeHistory.ts';
import { historyOf } from '../shared/uptime/history.ts';
import { randomNumbers } from './random.ts';
import { temporaryFolder } from './support.ts';

/** `UPTIME_STEPS=5000` for more than the usual, `UPTIME_SEED` for the steps of an earlier time. */
const steps = Number(process.env['UPTIME_STEPS'] ?? 150);
const seed = Number(process.env['UPTIME_SEED'] ?? Date.now() % 1_000_000);

const hour = 3_600_000;
const zones = ['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/New_York'];
const windowLengths = [1, 2, 5, 12];

describe(`uptime from the memory of the server (UPTIME_SEED=${seed} UPTIME_STEPS=${steps})`, function () {
  this.timeout(30_000 + steps * 200);
  const { store } = openStore(join(temporaryFolder(), 'stations.db'));
  after(() => store.destroy());

  const random = randomNumbers(seed);
  const below = (count: number): number => Math.floor(random() * count);
  const oneOf = <T>(list: readonly T[]): T => {
    const [found] = list.slice(below(list.length));
    if (found === undefined) throw new Error('The list is empty.');
    return found;
  };

  it('equals the uptime computed from the whole history after any requests and changes', async () => {
    const ids = Array.from({ length: 3 }, () => randomUUID());
    for (const [n, id] of ids.entries()) {
      const station = { id, name: `Bench ${n}`, name_key: `bench ${n}`, created_at: 0, archived_at: null };
      await store.insertInto('stations').values(station).execute();
      await store
        .insertInto('presence')
        .values({ key: n + 1, station_id: id, state: 'connected' })
        .execute();
    }
    const uptimes = new UptimeService(store);
    let now = Date.parse('2026-10-20T09:00:00Z');
    /** A time of the last days, seldom one in the future. */
    const sometime = (): number => now - below(9 * 24) * hour + below(2) * 1000 + (below(8) === 0 ? 20 * hour : 0);
    /** Appends to the history of a station, as most changes do. */
    const append = async (): Promise<void> => {
      const presence_key = 1 + below(3);
      const last = await store
        .selectFrom('transitions')
        .select(({ fn }) => fn.max('at').as('at'))
        .where('presence_key', '=', presence_key)
        .executeTakeFirst();
      const at = Math.max(last?.at ?? 0, now - below(60) * hour) + 1 + below(3) * hour;
      const is_up = below(2) === 0 ? 0 : 1;
      await store.insertInto('transitions').values({ presence_key, at, is_up, cause: 'stream' }).execute();
    };
    const acts: (() => Promise<unknown>)[] = [
      append,
      append,
      append,
      () =>
        store
          .replaceInto('transitions')
          .values({ presence_key: 1 + below(3), at: sometime(), is_up: below(2) === 0 ? 0 : 1, cause: 'stream' })
          .execute(),
      () =>
        store
          .deleteFrom('transitions')
          .where('presence_key', '=', 1 + below(3))
          .where('at', '>', now - below(30) * hour)
          .execute(),
      () =>
        store
          .updateTable('transitions')
          .set({ is_up: below(2) === 0 ? 0 : 1 })
          .where('presence_key', '=', 1 + below(3))
          .where('at', '<', sometime())
          .execute(),
      () => {
        const starts_at = sometime();
        const ends_at = below(5) === 0 ? null : starts_at + below(40) * hour;
        const kind = below(2) === 0 ? 'paused' : 'maintenance';
        return store
          .insertInto('pauses')
          .values({ id: randomUUID(), station_id: oneOf(ids), kind, starts_at, ends_at, note: '' })
          .execute();
      },
      () => store.updateTable('pauses').set({ ends_at: sometime() }).where('station_id', '=', oneOf(ids)).execute(),
      () => store.deleteFrom('pauses').where('station_id', '=', oneOf(ids)).execute(),
      () => store.insertInto('observers').values({ started_at: sometime(), alive_at: sometime() }).execute(),
      () =>
        store
          .insertInto('observers')
          .values({ started_at: now - 100 * hour, alive_at: now })
          .execute(),
      () => store.updateTable('observers').set({ alive_at: now }).execute(),
      () => store.deleteFrom('observers').where('started_at', '<', sometime()).execute(),
      () => Promise.resolve((now += below(30) * hour)),
      () => Promise.resolve((now -= below(30) * hour)),
    ];
    let compared = 0;
    for (let step = 0; step < steps; step += 1) {
      await oneOf(acts)();
      const time_zone = oneOf(zones);
      const window = await uptimes.window(new Calendar(time_zone), { time_zone, days: oneOf(windowLengths) }, now);
      const rows = below(3) === 0 ? await listPresences(store, oneOf(ids)) : await listPresences(store);
      const found = await uptimes.compute(window, rows);
      for (const [key, { columns, last24Hours }] of found) {
        const history = historyOf({
          marks: (await store.selectFrom('transitions').selectAll().where('presence_key', '=', key).execute()).map(
            ({ at, is_up }) => markOf({ at, isUp: is_up === 1 }),
          ),
          observers: window.observed,
          pauses: (
            await store
              .selectFrom('pauses')
              .selectAll()
              .where('station_id', '=', ids[key - 1] ?? '')
              .execute()
          ).map(({ kind, starts_at, ends_at }) => ({ kind, from: starts_at, to: ends_at ?? Number.MAX_SAFE_INTEGER })),
          now,
        });
        const what = `step ${step}, station ${key}, ${time_zone}, ${window.days.dates.length} days`;
        const days = window.days.dates.map((_, n) => dayOf(columns, window.days, n));
        assert.deepEqual(days, cellsOf(history, [...window.days.starts, now]), what);
        assert.deepEqual(last24Hours, cellsOf(history, [now - 24 * hour, now])[0], what);
        // The answer belongs to its caller.
        for (const column of Object.values(columns)) column.fill(NaN);
        compared += 1;
      }
    }
    assert.ok(compared > steps);
  });
});
