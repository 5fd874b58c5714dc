import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'mocha';
import type { Engine } from '../../src/server/store/engine.ts';
import { openStore } from '../../src/server/store/sqlite/open.ts';
import { listPresences } from '../../src/server/store/uptime.ts';
import { UptimeService } from '../../src/server/uptime/uptimeService.ts';
import { dayOf } from '../../src/shared/uptime/uptime.ts';
import { Calendar } from '../../src/shared/uptime/uptimeCalendar.ts';
import { temporaryFolder } from './support.ts';

const hour = 3_600_000;
/** Midnight in Berlin before the day of 25 hours. */
const start = Date.parse('2026-10-24T22:00:00Z');
const id = '11111111-1111-4111-8111-111111111111';

describe('uptime by the clock of the server', () => {
  const folder = temporaryFolder();
  let open: Engine;
  let uptimes: UptimeService;
  before(async () => {
    open = openStore(join(folder, 'stations.db'));
    const station = { id, name: 'Bench', name_key: 'bench', created_at: 0, archived_at: null };
    await open.store.insertInto('stations').values(station).execute();
    await open.store.insertInto('presence').values({ key: 1, station_id: id, state: 'connected' }).execute();
  });
  after(() => open.store.destroy());
  beforeEach(async () => {
    uptimes = new UptimeService(open.store);
    for (const table of ['transitions', 'observers'] as const) await open.store.deleteFrom(table).execute();
    await came(start - 50 * hour);
  });

  const came = (at: number) =>
    open.store.insertInto('transitions').values({ presence_key: 1, at, is_up: 1, cause: 'stream' }).execute();
  const went = (at: number) =>
    open.store.insertInto('transitions').values({ presence_key: 1, at, is_up: 0, cause: 'stream' }).execute();
  const watched = (started_at: number, alive_at: number) =>
    open.store.insertInto('observers').values({ started_at, alive_at }).execute();
  const noted = (alive_at: number) => open.store.updateTable('observers').set({ alive_at }).execute();

  /** Hours of the last days, and of the last 24 hours. */
  const at = async (now: number, count = 3) => {
    const window = await uptimes.window(
      new Calendar('Europe/Berlin'),
      { time_zone: 'Europe/Berlin', days: count },
      now,
    );
    const found = (await uptimes.compute(window, await listPresences(open.store))).get(1);
    assert.ok(found);
    const hours = ({ up, down, unknown }: { up: number; down: number; unknown: number }) =>
      [up, down, unknown].map((millis) => millis / hour);
    return {
      dates: window.days.dates,
      days: window.days.dates.map((_, n) => hours(dayOf(found.columns, window.days, n))),
      last: hours(found.last24Hours),
    };
  };

  it('counts all hours of a completed day of 25 hours', async () => {
    await watched(start - 60 * hour, start + 24 * hour);
    assert.deepEqual((await at(start + 24 * hour)).days.at(-1), [24, 0, 0]);
    await noted(start + 26 * hour);
    const next = await at(start + 26 * hour);
    assert.deepEqual(next.days, [
      [24, 0, 0],
      [25, 0, 0],
      [1, 0, 0],
    ]);
    assert.deepEqual(next.last, [24, 0, 0]);
    await noted(start + 50 * hour);
    await went(start + 30 * hour);
    assert.deepEqual((await at(start + 50 * hour)).days.slice(1), [
      [5, 19, 0],
      [0, 1, 0],
    ]);
  });

  it('counts a completed day whose end was stored late', async () => {
    await watched(start - 60 * hour, start + 20 * hour);
    const before = await at(start + 30 * hour);
    assert.deepEqual(before.days, [
      [24, 0, 0],
      [20, 0, 5],
      [0, 0, 5],
    ]);
    assert.deepEqual(before.last, [14, 0, 10]);
    // The note was only late.
    await noted(start + 30 * hour);
    const after = await at(start + 30 * hour);
    assert.deepEqual(after.days.slice(1), [
      [25, 0, 0],
      [5, 0, 0],
    ]);
    assert.deepEqual(after.last, [24, 0, 0]);
  });

  it('counts as watched for up to a minute after the last stored time', async () => {
    await watched(start, start + 10 * hour);
    const seen = async (millis: number) => (await at(start + 10 * hour + millis, 1)).days[0];
    assert.deepEqual(await seen(60_000), [10 + 1 / 60, 0, 0]);
    assert.deepEqual(await seen(60_001), [10, 0, 60_001 / hour]);
    assert.equal(await uptimes.observedSince(start + 10 * hour + 60_000), start);
    assert.equal(await uptimes.observedSince(start + 11 * hour), start + 11 * hour);
  });

  it('is correct after the clock is set back and forward again', async () => {
    await watched(start - 60 * hour, start + 80 * hour);
    await at(start + 80 * hour);
    const back = await at(start + 2 * hour);
    assert.deepEqual(back.days.at(-1), [2, 0, 0]);
    // The station disconnects at a time that belonged to a completed day before.
    await went(start + 3 * hour);
    assert.deepEqual((await at(start + 80 * hour)).days.at(0), [0, 24, 0]);
  });

  it('computes completed days again when observed times change', async () => {
    await watched(start - 60 * hour, start + 40 * hour);
    assert.deepEqual((await at(start + 40 * hour)).days[1], [25, 0, 0]);
    await open.store
      .updateTable('observers')
      .set({ started_at: start + 5 * hour })
      .execute();
    assert.deepEqual((await at(start + 40 * hour)).days[1], [20, 0, 5]);
  });
});
