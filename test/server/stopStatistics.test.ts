import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, it } from 'mocha';
import { Analytics } from '../../src/server/analytics/analytics.ts';
import { DaySummaries } from '../../src/server/analytics/daySummaries.ts';
import { RefusalError } from '../../src/server/http/refusalError.ts';
import { openStore } from '../../src/server/store/sqlite/open.ts';
import type { Store } from '../../src/server/store/tables.ts';
import type { Writer } from '../../src/server/writer.ts';
import { Calendar } from '../../src/shared/uptime/uptimeCalendar.ts';
import { temporaryFolder } from './support.ts';

const days = 30;
const day = 86_400_000;
const firstNoon = Date.parse('2026-03-01T12:00:00Z');
const procedure = { id: randomUUID(), name: 'FVT' };
const filter = { attempts: 'all', include_reference_units: false, split_by: 'station' } as const;
const calendar = new Calendar('UTC');

describe('stopping the server while it computes the statistics of many days', () => {
  const file = join(temporaryFolder(), 'stations.db');
  let store: Store;
  let writer: Writer;
  let database: DatabaseSync;

  before(() => {
    ({ store, writer } = openStore(file));
    database = new DatabaseSync(file);
    database.exec('pragma foreign_keys = off');
    database
      .prepare(
        `insert into procedures (id, name, name_key, created_at, created_by_user_id) select ?, 'FVT', 'fvt', 0, id from users`,
      )
      .run(procedure.id);
    const unit = randomUUID();
    database
      .prepare(
        `insert into units (id, serial_number, serial_key, revision_id, created_at) values (?, 'SN-1', 'sn-1', '', 0)`,
      )
      .run(unit);
    for (let n = 0; n < days; n++) {
      const at = firstNoon + n * day;
      database
        .prepare(
          `insert into runs (id, procedure_id, unit_id, revision_id, outcome, started_at, ended_at, created_at, troubled)
           values (?, ?, ?, '', 'PASS', ?, ?, ?, 0)`,
        )
        .run(randomUUID(), procedure.id, unit, at, at + 1000, at);
    }
  });
  after(async () => {
    database.close();
    await store.destroy();
  });

  const isStopping = (error: unknown): boolean => error instanceof RefusalError && error.code === 'SERVICE_UNAVAILABLE';
  const computedDays = (): unknown => database.prepare('select count(*) as n from procedure_days').get()?.['n'];

  it('ends the computation between two days, and continues with the others after a restart', async () => {
    const summaries = new DaySummaries({ store, writer }, calendar);
    await summaries.start();
    const answer = new Analytics(store, summaries, calendar).procedure(procedure, filter);
    // As a signal does: it is noticed only when the computation lets other work run.
    setImmediate(() => void summaries.stop());
    await assert.rejects(answer, isStopping);
    assert.ok(Number(computedDays()) < days, `${String(computedDays())} days were computed before the stop`);

    const again = new DaySummaries({ store, writer }, calendar);
    const { days: answered } = await new Analytics(store, again, calendar).procedure(procedure, filter);
    assert.equal(answered.length, days);
    assert.equal(computedDays(), days);
    await again.stop();
  });

  it('also ends a computation whose result is not stored', async () => {
    const summaries = new DaySummaries({ store, writer }, calendar);
    const answer = new Analytics(store, summaries, calendar).procedure(procedure, { ...filter, split_by: 'operator' });
    setImmediate(() => void summaries.stop());
    await assert.rejects(answer, isStopping);
  });
});
