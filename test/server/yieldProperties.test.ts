import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { after, before, describe, it } from 'mocha';
import { openStore } from '../../src/server/store/sqlite/open.ts';
import type { Store } from '../../src/server/store/tables.ts';
import { stationYields } from '../../src/server/store/yield.ts';
import type { YieldCounts } from '../../src/shared/contract/overview.ts';
import type { Sample } from '../../src/shared/contract/units.ts';
import { unitDays, yieldCounts, type YieldRun } from '../../src/shared/statistics/yield.ts';
import { Calendar } from '../../src/shared/uptime/uptimeCalendar.ts';
import { exampleDays, exampleFigures, exampleRuns } from '../support/yieldExample.ts';
import { temporaryFolder } from './support.ts';

const rounds = Number(process.env['YIELD_ROUNDS'] ?? 300);
const zones = ['Europe/Berlin', 'America/Santiago', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC'];
/** Days around changes of the clocks in these zones. */
const noons = ['2026-03-30', '2026-10-26', '2026-04-06', '2025-09-08', '2026-10-05', '2026-06-15'].map((date) =>
  Date.parse(`${date}T12:00:00Z`),
);
const outcomes = ['PASS', 'FAIL', 'ERROR', 'TIMEOUT', 'ABORTED', 'SKIP'];
const samples: (Sample | null)[] = [null, null, null, null, 'golden', 'failing', 'ignored'];
const stations = ['station-0', 'station-1'];
const procedures = ['procedure-0', 'procedure-1'];

/** What the rules say, a unit and a date at a time, without days that have edges. */
function yieldsBySentences(runs: readonly YieldRun[], zone: string, dates: readonly string[], station: string) {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone });
  const found = new Map<string, YieldCounts>();
  for (const procedure of procedures) {
    const sum = { units: 0, passed_first: 0, passed_second: 0, passed_third: 0, passed_last: 0 };
    for (const date of dates) {
      for (const unit of new Set(runs.map(({ unit_id }) => unit_id))) {
        const attempts = runs.filter(
          (run) =>
            run.unit_id === unit &&
            run.procedure_id === procedure &&
            format.format(run.started_at) === date &&
            run.sample === null &&
            run.outcome !== 'ABORTED' &&
            run.outcome !== 'SKIP',
        );
        attempts.sort((a, b) => a.started_at - b.started_at || a.created_at - b.created_at || (a.id > b.id ? 1 : -1));
        if (attempts.length === 0 || attempts[0]?.station_id !== station) continue;
        const passes = attempts.map(({ outcome }) => outcome === 'PASS');
        sum.units += 1;
        if (passes.slice(0, 1).includes(true)) sum.passed_first += 1;
        if (passes.slice(0, 2).includes(true)) sum.passed_second += 1;
        if (passes.slice(0, 3).includes(true)) sum.passed_third += 1;
        if (passes.includes(true)) sum.passed_last += 1;
      }
    }
    if (sum.units > 0) found.set(procedure, sum);
  }
  return found;
}

function yieldsByDefinition(runs: readonly YieldRun[], edges: readonly number[], station: string) {
  const days = unitDays(runs, edges).filter(({ stationId }) => stationId === station);
  return new Map(
    [...Map.groupBy(days, ({ procedureId }) => procedureId)].map(([procedure, own]) => [
      procedure,
      yieldCounts(own.map(({ passedAt }) => ({ passedAt, units: 1 }))),
    ]),
  );
}

/** Few units and few instants, many of them at the edges of days, so that ties and retests are frequent. */
const history = fc
  .record({ zone: fc.constantFrom(...zones), noon: fc.constantFrom(...noons), count: fc.integer({ min: 1, max: 4 }) })
  .chain(({ zone, noon, count }) => {
    const { dates, edges } = new Calendar(zone).days(noon, count);
    const start = fc.oneof(
      fc.constantFrom(...edges.flatMap((edge) => [edge - 1, edge, edge + 1, edge + 3_600_000])),
      fc.integer({ min: (edges[0] ?? 0) - 7_200_000, max: (edges.at(-1) ?? 0) + 7_200_000 }),
    );
    const run = fc.record({
      unit: fc.integer({ min: 0, max: 6 }),
      procedure_id: fc.constantFrom(...procedures),
      outcome: fc.constantFrom(...outcomes),
      started_at: start,
      created_at: fc.integer({ min: 0, max: 2 }),
      station_id: fc.constantFrom(null, ...stations),
      isStudied: fc.constantFrom(false, false, false, true),
    });
    return fc.record({
      zone: fc.constant(zone),
      dates: fc.constant(dates),
      edges: fc.constant(edges),
      samples: fc.array(fc.constantFrom(...samples), { minLength: 7, maxLength: 7 }),
      runs: fc.array(run, { maxLength: 60 }),
    });
  });

describe(`the yield of random histories (YIELD_ROUNDS=${rounds})`, function () {
  this.timeout(60_000 + rounds * 200);
  const file = join(temporaryFolder(), 'stations.db');
  let store: Store;
  let database: DatabaseSync;

  before(() => {
    ({ store } = openStore(file));
    database = new DatabaseSync(file);
    database.exec(`
      pragma foreign_keys = off;
      insert into procedures (id, name, name_key, created_at, created_by_user_id)
        select 'procedure-' || value, value, value, 0, (select id from users) from json_each('["0","1","2"]');`);
  });
  after(async () => {
    database.close();
    await store.destroy();
  });

  /** @param studied the ids of the runs of a gauge study */
  function write(runs: readonly YieldRun[], studied: ReadonlySet<string> = new Set()): void {
    database.exec('begin; delete from study_runs; delete from runs; delete from units');
    const unit = database.prepare(
      `insert or ignore into units (id, serial_number, serial_key, revision_id, created_at, sample) values (?, ?, ?, '', 0, ?)`,
    );
    const insert = database.prepare(
      `insert into runs (id, procedure_id, unit_id, revision_id, outcome, started_at, ended_at, created_at,
       created_by_station_id, troubled) values (?, ?, ?, '', ?, ?, 0, ?, ?, 0)`,
    );
    const study = database.prepare(`insert into study_runs (run_key, study_id, position) values (?, '', 1)`);
    for (const { id, procedure_id, unit_id, sample, outcome, started_at, created_at, station_id } of runs) {
      unit.run(unit_id, unit_id, unit_id, sample);
      const { lastInsertRowid: key } = insert.run(
        id,
        procedure_id,
        unit_id,
        outcome,
        started_at,
        created_at,
        station_id,
      );
      if (studied.has(id)) study.run(key);
    }
    database.exec('commit');
  }

  it('is the same in SQL, by its definition and by its rules read one by one', async () => {
    await fc.assert(
      fc.asyncProperty(history, async ({ zone, dates, edges, samples: marks, runs: list }) => {
        const all = list.map(({ unit, isStudied, ...run }) => ({
          run: { ...run, id: randomUUID(), unit_id: `unit-${unit}`, sample: marks[unit] ?? null },
          isStudied,
        }));
        const studied = all.filter(({ isStudied }) => isStudied).map(({ run }) => run.id);
        const runs = all.filter(({ isStudied }) => !isStudied).map(({ run }) => run);
        write(
          all.map(({ run }) => run),
          new Set(studied),
        );
        for (const station of stations) {
          const expected = yieldsBySentences(runs, zone, dates, station);
          assert.deepEqual(yieldsByDefinition(runs, edges, station), expected);
          assert.deepEqual(await stationYields(store, station, edges), expected);
        }
      }),
      { numRuns: rounds },
    );
  });

  it('has the figures of the worked example in SQL', async () => {
    write(exampleRuns().map((run) => ({ ...run, procedure_id: 'procedure-0', station_id: 'station-0' })));
    const counts = async (...edges: number[]) => (await stationYields(store, 'station-0', edges)).get('procedure-0');
    const [one, two, end] = exampleDays;
    assert.deepEqual(await counts(one, two), exampleFigures.first);
    assert.deepEqual(await counts(two, end), exampleFigures.second);
    assert.deepEqual(await counts(one, two, end), exampleFigures.both);
    assert.deepEqual(await stationYields(store, 'station-1', exampleDays), new Map());
  });
});
