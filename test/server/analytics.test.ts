import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { after, before, describe, it } from 'mocha';
import { Analytics } from '../../src/server/analytics/analytics.ts';
import { DaySummaries } from '../../src/server/analytics/daySummaries.ts';
import { openStore } from '../../src/server/store/sqlite/open.ts';
import type { Store } from '../../src/server/store/tables.ts';
import type { Writer } from '../../src/server/writer.ts';
import { analytics, type AnalyticsFilter } from '../../src/shared/contract/analytics.ts';
import { Calendar } from '../../src/shared/uptime/uptimeCalendar.ts';
import { temporaryFolder } from './support.ts';

const rounds = Number(process.env['ANALYTICS_ROUNDS'] ?? 25);
const procedure = { id: randomUUID(), name: 'FVT' };
const zone = 'America/Santiago'; // The clocks change at midnight on 2026-09-06.
const noon = Date.parse('2026-09-06T15:00:00Z');
const hour = 3_600_000;
const stations = [randomUUID(), randomUUID()];
const batches = [null, randomUUID()];
const limits = [
  { lower: 1, upper: 9 },
  { lower: 0, upper: 9 },
  { lower: null, upper: null },
];
const everything: AnalyticsFilter = { attempts: 'all', include_reference_units: false };

interface StoredRun {
  id: string;
  unit: number;
  outcome: string;
  at: number;
  station: string;
  batch: string | null;
  limits: (typeof limits)[number];
  value: number | null;
  /** Whether it is a run of a gauge study. */
  isStudied: boolean;
}

const run = fc
  .record({
    unit: fc.integer({ min: 0, max: 5 }),
    outcome: fc.constantFrom('PASS', 'PASS', 'FAIL', 'ERROR', 'TIMEOUT', 'ABORTED'),
    at: fc.integer({ min: noon - 40 * hour, max: noon + 40 * hour }),
    station: fc.constantFrom(...stations),
    batch: fc.constantFrom(...batches),
    limits: fc.constantFrom(...limits),
    value: fc.option(fc.integer({ min: -40, max: 140 }).map((tenths) => tenths / 10)),
  })
  .map((each): StoredRun => ({ id: randomUUID(), isStudied: false, ...each }));

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('push' as const), runs: fc.array(run, { maxLength: 12 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), index: fc.nat() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('move' as const),
      index: fc.nat(),
      by: fc.integer({ min: -30, max: 30 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('mark' as const), unit: fc.integer({ min: 0, max: 5 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('study' as const), index: fc.nat() }) },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** A value fails if it is outside of its limits. */
const isFailed = ({ value, limits: { lower, upper } }: StoredRun): boolean =>
  value !== null && ((lower !== null && value < lower) || (upper !== null && value > upper));

const dateAt = (at: number): string => new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(at);

const isClose = (actual: number | null, expected: number | null): boolean =>
  actual === null || expected === null
    ? actual === expected
    : Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected));

/** The figures of values in the plainest way. */
function plainFigures(runs: readonly StoredRun[]) {
  const values = runs.flatMap(({ value }) => value ?? []);
  const mean = values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - (mean ?? 0)) ** 2, 0);
  return {
    count: runs.length,
    failed: runs.filter(isFailed).length,
    value_count: values.length,
    mean,
    sigma: values.length < 2 ? null : Math.sqrt(squares / (values.length - 1)),
    minimum: values.length === 0 ? null : Math.min(...values),
    maximum: values.length === 0 ? null : Math.max(...values),
  };
}

function assertFigures(actual: ReturnType<typeof plainFigures>, runs: readonly StoredRun[]): void {
  const expected = plainFigures(runs);
  for (const name of ['count', 'failed', 'value_count'] as const) assert.equal(actual[name], expected[name], name);
  for (const name of ['mean', 'sigma', 'minimum', 'maximum'] as const) {
    assert.ok(isClose(actual[name], expected[name]), `${name} is ${actual[name]} and not ${expected[name]}`);
  }
}

describe(`statistics of random histories (ANALYTICS_ROUNDS=${rounds})`, function () {
  this.timeout(60_000 + rounds * 2000);
  const file = join(temporaryFolder(), 'stations.db');
  let store: Store;
  let writer: Writer;
  let database: DatabaseSync;
  let answers: Analytics;
  const marked = new Set<number>();
  let stored: StoredRun[] = [];

  before(() => {
    ({ store, writer } = openStore(file));
    database = new DatabaseSync(file);
    database.exec('pragma foreign_keys = off');
    const calendar = new Calendar(zone);
    const summaries = new DaySummaries({ store, writer }, calendar);
    answers = new Analytics(store, summaries, calendar);
    database
      .prepare(
        `insert into procedures (id, name, name_key, created_at, created_by_user_id) select ?, 'FVT', 'fvt', 0, id from users`,
      )
      .run(procedure.id);
    for (const [index, id] of stations.entries()) {
      database
        .prepare(`insert into stations (id, name, name_key, created_at) values (?, ?, ?, 0)`)
        .run(id, `Bench ${index}`, `bench ${index}`);
    }
  });
  after(async () => {
    database.close();
    await store.destroy();
  });

  function clear(): void {
    database.exec('delete from study_runs; delete from phases; delete from runs; delete from units');
    marked.clear();
    stored = [];
  }

  function push(each: StoredRun): void {
    database
      .prepare(
        `insert or ignore into units (id, serial_number, serial_key, revision_id, created_at, sample) values (?, ?, ?, '', 0, ?)`,
      )
      .run(`unit-${each.unit}`, `SN${each.unit}`, `sn${each.unit}`, marked.has(each.unit) ? 'golden' : null);
    const { lastInsertRowid } = database
      .prepare(
        `insert into runs (id, procedure_id, unit_id, revision_id, batch_id, outcome, started_at, ended_at, created_at,
         created_by_station_id, troubled) values (?, ?, ?, '', ?, ?, ?, ?, ?, ?, 0)`,
      )
      .run(
        each.id,
        procedure.id,
        `unit-${each.unit}`,
        each.batch,
        each.outcome,
        each.at,
        each.at + 5000,
        stored.length,
        each.station,
      );
    const { lower, upper } = each.limits;
    const rules = [
      ...(lower === null ? [] : [['>=', lower, 'PASS']]),
      ...(upper === null ? [] : [['<=', upper, 'PASS']]),
    ];
    const outcome = isFailed(each) ? 'FAIL' : 'PASS';
    const value = each.value === null ? [] : [each.value];
    insertPhase(Number(lastInsertRowid), outcome, each.at, 0, [
      ['voltage', outcome, 'numeric', 'V', null, rules, [], ...value],
    ]);
    stored.push({ ...each });
  }

  function insertPhase(run: number, outcome: string, at: number, retryCount: number, measurements: unknown[]): void {
    database
      .prepare(
        `insert into phases (run_key, name, outcome, started_at, ended_at, retry_count, measurements_json)
         values (?, 'power', ?, ?, ?, ?, ?)`,
      )
      .run(run, outcome, at, at, retryCount, measurements.length === 0 ? null : JSON.stringify(measurements));
  }

  function apply(change: Step): void {
    if (change.kind === 'push') change.runs.forEach(push);
    if (change.kind === 'mark') {
      const isMarked = !marked.delete(change.unit);
      if (isMarked) marked.add(change.unit);
      database
        .prepare('update units set sample = ? where id = ?')
        .run(isMarked ? 'golden' : null, `unit-${change.unit}`);
    }
    const chosen = 'index' in change ? stored[change.index % stored.length] : undefined;
    if (change.kind === 'delete' && chosen) {
      for (const table of ['phases', 'study_runs']) {
        database.prepare(`delete from ${table} where run_key = (select key from runs where id = ?)`).run(chosen.id);
      }
      database.prepare('delete from runs where id = ?').run(chosen.id);
      stored = stored.filter((each) => each !== chosen);
    }
    if (change.kind === 'study' && chosen) {
      chosen.isStudied = !chosen.isStudied;
      const statement = chosen.isStudied
        ? "insert into study_runs (run_key, study_id, position) select key, '', 1 from runs where id = ?"
        : 'delete from study_runs where run_key = (select key from runs where id = ?)';
      database.prepare(statement).run(chosen.id);
    }
    if (change.kind === 'move' && chosen) {
      chosen.at += change.by * hour;
      database
        .prepare('update runs set started_at = ?, ended_at = ? where id = ?')
        .run(chosen.at, chosen.at + 5000, chosen.id);
    }
  }

  /** The runs that an answer is about, oldest first. */
  const wanted = ({ station_ids, batch_ids, include_reference_units }: AnalyticsFilter): StoredRun[] =>
    stored
      .filter(({ isStudied }) => !isStudied)
      .filter(({ unit }) => include_reference_units || !marked.has(unit))
      .filter(({ station }) => station_ids === undefined || station_ids.includes(station))
      .filter(({ batch }) => batch_ids === undefined || (batch !== null && batch_ids.includes(batch)))
      .sort((a, b) => a.at - b.at);

  /** The attempts of all units by day, each in order. */
  function unitDays(): StoredRun[][] {
    const order = new Map(stored.map((each, index) => [each, index]));
    const attempts = stored.filter(({ outcome, isStudied }) => outcome !== 'ABORTED' && !isStudied);
    const days = Map.groupBy(attempts, ({ unit, at }) => `${unit} ${dateAt(at)}`);
    return [...days.values()].map((all) =>
      all.sort((a, b) => a.at - b.at || (order.get(a) ?? 0) - (order.get(b) ?? 0)),
    );
  }

  async function check(filter: AnalyticsFilter): Promise<void> {
    const runs = wanted(filter);
    const isWanted = new Set(runs);
    const name = { phase_name: 'power', measurement_name: 'voltage' };

    const found = analytics.procedure.answer.parse(
      await answers.procedure(procedure, { ...filter, split_by: 'station' }),
    );
    assert.equal(found.runs, runs.length);
    assert.deepEqual([found.from, found.to], [runs[0]?.at ?? null, runs.at(-1)?.at ?? null]);
    assert.deepEqual(
      found.days.map(({ date }) => date),
      [...new Set(runs.map(({ at }) => dateAt(at)))],
    );
    const units = unitDays().filter(([first]) => first && isWanted.has(first));
    const passedBy = (attempt: number) =>
      units.filter((attempts) => attempts.slice(0, attempt).some(({ outcome }) => outcome === 'PASS')).length;
    assert.deepEqual(found.yield, {
      units: units.length,
      passed_first: passedBy(1),
      passed_second: passedBy(2),
      passed_third: passedBy(3),
      passed_last: passedBy(Infinity),
    });
    assert.equal(found.retests.attempts, units.flat().length);
    const failed = runs.filter(({ outcome }) => outcome !== 'PASS' && outcome !== 'ABORTED');
    assert.equal(
      found.failures.reduce((sum, { first_runs }) => sum + first_runs, 0),
      failed.length,
    );
    assert.equal(
      found.groups.reduce((sum, group) => sum + group.runs, 0),
      runs.length,
    );

    const { measurements } = analytics.measurements.answer.parse(await answers.measurements(procedure, filter));
    const detail = analytics.measurement.answer.parse(
      await answers.measurement(procedure, { ...filter, ...name, split_by: 'station' }),
    );
    assert.equal(measurements.length, runs.length === 0 ? 0 : 1);
    assert.equal(
      detail.segments.reduce((sum, segment) => sum + segment.count, 0),
      runs.length,
    );
    for (const segment of detail.segments) {
      const same = runs.filter((each) => each.limits.lower === segment.lower && each.limits.upper === segment.upper);
      assertFigures(segment, same);
      assert.deepEqual([segment.from, segment.to], [same[0]?.at, same.at(-1)?.at]);
      const values = same.flatMap(({ value }) => value ?? []).sort((a, b) => a - b);
      const middle = (values.length - 1) / 2;
      const median =
        values.length === 0 ? undefined : ((values[Math.floor(middle)] ?? 0) + (values[Math.ceil(middle)] ?? 0)) / 2;
      assert.ok(isClose(segment.percentiles.find(({ percent }) => percent === 50)?.value ?? null, median ?? null));
    }
    for (const day of detail.days)
      assertFigures(
        day,
        runs.filter(({ at }) => dateAt(at) === day.date),
      );
    const [summary] = measurements;
    if (summary) {
      const current = runs.filter((each) => each.limits.lower === summary.lower && each.limits.upper === summary.upper);
      assert.equal(current.at(-1)?.at, runs.at(-1)?.at);
      assertFigures(summary, current);
      assert.deepEqual(
        summary.recent,
        current.slice(-100).flatMap(({ value }) => value ?? []),
      );
      assert.equal(summary.limits_changed_at, current.length === runs.length ? null : current[0]?.at);
    }

    const list = analytics.values.answer.parse(await answers.values(procedure, { ...filter, ...name, limit: 1000 }));
    const measured = runs.filter(({ value }) => value !== null);
    assert.deepEqual(
      list.values,
      measured.map(({ value }) => value),
    );
    assert.deepEqual(
      list.run_ids,
      measured.map(({ id }) => id),
    );
    assert.deepEqual(
      list.passed,
      measured.map((each) => !isFailed(each)),
    );
    assert.deepEqual(
      list.limits_index.map((index) => list.limits[index]),
      measured.map((each) => ({ ...each.limits, units: 'V' })),
    );
  }

  it('agree with the runs after every push, deletion, change of time, mark of a unit and change of a gauge study', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        clear();
        for (const change of steps) {
          apply(change);
          await check(everything);
        }
        await check({ ...everything, include_reference_units: true });
        await check({ ...everything, station_ids: stations.slice(0, 1) });
        await check({ ...everything, batch_ids: batches.slice(1).flatMap((id) => id ?? []) });
      }),
      { numRuns: rounds },
    );
  });

  it('leave out attempts that were retried, and count a phase that is called again', async () => {
    const attempt = fc.record({ retry_count: fc.integer({ min: 0, max: 2 }), value: fc.option(fc.integer()) });
    await fc.assert(
      fc.asyncProperty(fc.array(attempt, { minLength: 1, maxLength: 6 }), async (attempts) => {
        clear();
        push({
          id: randomUUID(),
          isStudied: false,
          unit: 0,
          outcome: 'PASS',
          at: noon,
          station: stations[0] ?? '',
          batch: null,
          limits: { lower: null, upper: null },
          value: null,
        });
        database.exec('delete from phases');
        const { key } = { ...database.prepare('select key from runs').get() };
        for (const [index, { retry_count, value }] of attempts.entries()) {
          const measurement = ['voltage', 'PASS', 'numeric', 'V', null, [], [], value];
          insertPhase(Number(key), 'PASS', noon + index, retry_count, value === null ? [] : [measurement]);
        }
        // An attempt is retried if the next attempt of the phase is a retry.
        const last = attempts.filter((_, index) => (attempts[index + 1]?.retry_count ?? 0) === 0);
        const expected = last.flatMap(({ value }) => value ?? []);
        const name = { phase_name: 'power', measurement_name: 'voltage' };
        const list = await answers.values(procedure, { ...everything, ...name, limit: 1000 });
        const { segments } = await answers.measurement(procedure, { ...everything, ...name, split_by: 'station' });
        assert.deepEqual(list.values, expected);
        assert.equal(segments[0]?.value_count ?? 0, expected.length);
      }),
    );
  });
});
