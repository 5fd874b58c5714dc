import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, beforeEach, describe, it } from 'mocha';
import { DaySummaries } from '../../src/server/analytics/daySummaries.ts';
import { openStore } from '../../src/server/store/sqlite/open.ts';
import type { Store } from '../../src/server/store/tables.ts';
import type { Writer } from '../../src/server/writer.ts';
import { Calendar } from '../../src/shared/uptime/uptimeCalendar.ts';
import { temporaryFolder } from './support.ts';

const noon = Date.parse('2026-03-01T12:00:00Z');
const range = { from: noon - 43_200_000, to: noon + 43_200_000 - 1 };
const runsOfDay = 450;

describe('the statistics of a day', () => {
  let store: Store;
  let writer: Writer;
  let database: DatabaseSync;
  let procedure = '';
  let summaries: DaySummaries;
  let runs: string[] = [];

  const newSummaries = (): DaySummaries => new DaySummaries({ store, writer }, new Calendar('UTC'));

  before(() => {
    const file = join(temporaryFolder(), 'stations.db');
    ({ store, writer } = openStore(file));
    database = new DatabaseSync(file);
    database.exec('pragma foreign_keys = off');
    database
      .prepare(
        `insert into units (id, serial_number, serial_key, revision_id, created_at) values ('u', 'SN', 'sn', '', 0)`,
      )
      .run();
  });
  after(async () => {
    database.close();
    await store.destroy();
  });

  beforeEach(() => {
    procedure = randomUUID();
    database
      .prepare(
        `insert into procedures (id, name, name_key, created_at, created_by_user_id) select ?, ?, ?, 0, id from users`,
      )
      .run(procedure, procedure, procedure);
    runs = Array.from({ length: runsOfDay }, () => push());
    summaries = newSummaries();
  });

  function push(): string {
    const id = randomUUID();
    database
      .prepare(
        `insert into runs (id, procedure_id, unit_id, revision_id, outcome, started_at, ended_at, created_at, troubled)
         values (?, ?, 'u', '', 'PASS', ?, ?, ?, 0)`,
      )
      .run(id, procedure, noon, noon + 1000, noon);
    return id;
  }

  async function countOf(summaries: DaySummaries): Promise<number> {
    const days = await summaries.procedureDays(procedure, range);
    return days.flatMap(({ groups }) => groups).reduce((sum, group) => sum + group.runs, 0);
  }

  /** Calls `meanwhile` each time that the computation lets other work run. */
  async function during(computation: Promise<number>, meanwhile: () => unknown): Promise<number> {
    const ended = computation.then(
      () => true,
      () => true,
    );
    const turn = (): Promise<boolean> => new Promise((resolve) => setImmediate(() => resolve(false)));
    while (!(await Promise.race([ended, turn()]))) await meanwhile();
    return computation;
  }

  it('are computed while other changes of the database are stored', async () => {
    const order: string[] = [];
    const computation = countOf(summaries).then((count) => {
      order.push('computed');
      return count;
    });
    const change = writer
      .write(async (change) => change.updateTable('units').set({ created_at: 1 }).execute())
      .then(() => order.push('changed'));
    assert.equal(await computation, runsOfDay);
    await change;
    assert.deepEqual(order, ['changed', 'computed']);
  });

  it('count a run that is pushed at any moment of a computation, at the latest in the next answer', async () => {
    let pushed = 0;
    const first = await during(countOf(summaries), () => {
      push();
      pushed++;
    });
    assert.ok(pushed > 3, `${pushed} moments`);
    assert.ok(first >= runsOfDay && first <= runsOfDay + pushed, String(first));
    assert.equal(await countOf(summaries), runsOfDay + pushed);
    assert.equal(await countOf(newSummaries()), runsOfDay + pushed);
  });

  it('count no run that is deleted at any moment of a computation, at the latest in the next answer', async () => {
    let deleted = 0;
    await during(countOf(summaries), () => {
      const id = runs[deleted];
      if (id === undefined) return;
      database.prepare('delete from runs where id = ?').run(id);
      deleted++;
    });
    assert.ok(deleted > 3, `${deleted} moments`);
    assert.equal(await countOf(summaries), runsOfDay - deleted);
  });

  it('are computed once for requests that arrive together, and again for one that follows a push', async () => {
    const together = [countOf(summaries), countOf(summaries)];
    assert.deepEqual(await Promise.all(together), [runsOfDay, runsOfDay]);
    const key = (): unknown => database.prepare('select max(key) as key from procedure_days').get()?.['key'];
    const computed = key();
    await countOf(summaries);
    assert.equal(key(), computed);
    push();
    assert.equal(await countOf(summaries), runsOfDay + 1);
  });

  it('are computed again if the server ended before a computation did', async () => {
    let moments = 0;
    const computation = during(countOf(summaries), async () => {
      if (++moments === 4) await summaries.stop();
    });
    await assert.rejects(computation, /The server is stopping/);
    assert.equal(
      database.prepare('select count(*) as n from stale_quarters where procedure_id = ?').get(procedure)?.['n'],
      0,
    );
    assert.equal(await countOf(newSummaries()), runsOfDay);
  });

  it('are not stored for a procedure that is deleted meanwhile', async () => {
    let moments = 0;
    const computation = during(countOf(summaries), () => {
      if (++moments !== 4) return;
      database.exec('pragma foreign_keys = on');
      database.prepare('delete from runs where procedure_id = ?').run(procedure);
      database.prepare('delete from procedures where id = ?').run(procedure);
      database.exec('pragma foreign_keys = off');
    });
    assert.equal(await computation, 0);
  });
});
