import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { after, before, describe, it } from 'mocha';
import { goldenChecksOf } from '../../src/server/goldenChecks.ts';
import { openStore } from '../../src/server/store/sqlite/open.ts';
import type { Store } from '../../src/server/store/tables.ts';
import type { Outcome } from '../../src/shared/contract/common.ts';
import { goldenChecks, type GoldenRule } from '../../src/shared/contract/goldenChecks.ts';
import { overview } from '../../src/shared/contract/overview.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { type Sample, units } from '../../src/shared/contract/units.ts';
import { uptime } from '../../src/shared/contract/uptime.ts';
import { adminKey, type TestStation, useServer } from './bench.ts';
import { listenTo } from './eventClient.ts';
import { runAt } from './runs.ts';
import { temporaryFolder } from './support.ts';

const hour = 3_600_000;
const rule: GoldenRule = { hours: 8, failing_sample: false, without: 'warn' };

describe('golden unit checks', function () {
  this.timeout(60_000);
  const bench = useServer();
  const checksOf = async ({ id }: TestStation) =>
    (await bench.user.call(goldenChecks.ofStation, { params: { id } })).checks;
  const set = (procedure: string, asked: GoldenRule | null, station_id: string | null = null) =>
    bench.user.call(goldenChecks.set, { params: { id: procedure }, body: { station_id, rule: asked } });
  const push = (station: TestStation, procedure: string, serial: string, outcome: Outcome, began: number) =>
    station.client.call(runs.create, { body: runAt(procedure, serial, outcome, began) });
  const mark = (serial_number: string, sample: Sample | null) =>
    bench.user.call(units.update, { params: { serial_number }, body: { sample } });

  it('are computed from the runs, also of a unit that is marked later, and end with the mark', async () => {
    const fvt = await bench.procedure('Marked later', 'ML');
    const station = await bench.station('Bench ML', fvt);
    assert.deepEqual(await checksOf(station), []);
    await set(fvt, rule);
    assert.deepEqual((await checksOf(station))[0]?.state, { kind: 'never', missing: ['golden'] });
    const began = Date.now() - 2 * hour;
    await push(station, fvt, 'ML-GOLD', 'PASS', began);
    assert.equal((await checksOf(station))[0]?.state.kind, 'never');
    await mark('ML-GOLD', 'golden');
    const [check] = await checksOf(station);
    const until = new Date(began + 1000 + 8 * hour).toISOString();
    assert.deepEqual(check?.state, { kind: 'valid', until });
    assert.deepEqual(check.units, { golden: ['ML-GOLD'], failing: [] });
    assert.equal(check.procedure.identifier, 'ML');
    const { golden_checks } = await bench.user.call(overview.get, { params: { id: station.id } });
    assert.deepEqual(golden_checks, [check]);
    const shown = await bench.user.call(uptime.station, { params: { id: station.id } });
    assert.deepEqual(shown.golden_checks, [check]);
    await mark('ML-GOLD', null);
    assert.equal((await checksOf(station))[0]?.state.kind, 'never');
  });

  it('fail with the last run of the golden unit, and count neither aborted runs nor other stations', async () => {
    const fvt = await bench.procedure('Failing', 'GF');
    const station = await bench.station('Bench GF', fvt);
    const other = await bench.station('Bench GF2', fvt);
    await set(fvt, rule);
    const now = Date.now();
    await push(station, fvt, 'GF-GOLD', 'PASS', now - 3 * hour);
    await mark('GF-GOLD', 'golden');
    const { id } = await push(station, fvt, 'GF-GOLD', 'FAIL', now - 2 * hour);
    await push(station, fvt, 'GF-GOLD', 'ABORTED', now - hour);
    await push(other, fvt, 'GF-GOLD', 'PASS', now - hour);
    const [failed] = await checksOf(station);
    assert.ok(failed?.state.kind === 'failed');
    assert.deepEqual([failed.state.run.id, failed.state.run.serial_number], [id, 'GF-GOLD']);
    assert.equal((await checksOf(other))[0]?.state.kind, 'valid');
    await push(station, fvt, 'GF-GOLD', 'PASS', now - hour);
    assert.equal((await checksOf(station))[0]?.state.kind, 'valid');
  });

  it('follow the rule of the station instead of that of the procedure, and are gone with the link', async () => {
    const fvt = await bench.procedure('Own rule', 'OR');
    const station = await bench.station('Bench OR', fvt);
    const own: GoldenRule = { hours: 2, failing_sample: true, without: 'refuse' };
    await set(fvt, rule);
    await set(fvt, own, station.id);
    assert.deepEqual((await checksOf(station))[0]?.rule, own);
    const rules = await bench.user.call(goldenChecks.rules, { params: { id: fvt } });
    assert.deepEqual(rules, { rule, stations: [{ station: { id: station.id, name: 'Bench OR' }, rule: own }] });
    await set(fvt, null, station.id);
    assert.deepEqual((await checksOf(station))[0]?.rule, rule);
    await set(fvt, null);
    assert.deepEqual(await checksOf(station), []);
    await set(fvt, own, station.id);
    await bench.user.call(stations.remove, { params: { id: station.id } });
    assert.deepEqual(await bench.user.call(goldenChecks.rules, { params: { id: fvt } }), { rule: null, stations: [] });
  });

  it('never make the server refuse a result', async () => {
    const fvt = await bench.procedure('Refusing', 'RF');
    const station = await bench.station('Bench RF', fvt);
    await set(fvt, { hours: 1, failing_sample: true, without: 'refuse' });
    assert.ok((await push(station, fvt, 'RF-1', 'PASS', Date.now() - 5000)).id);
  });

  it('are reported as a change when a rule or the mark of a tested unit changes', async () => {
    const fvt = await bench.procedure('Reported', 'RP');
    const station = await bench.station('Bench RP', fvt);
    await push(station, fvt, 'RP-1', 'PASS', Date.now() - hour);
    const events = await listenTo(bench.server.url, adminKey);
    assert.equal((await events.next())?.event, 'hello');
    await set(fvt, rule);
    await mark('RP-1', 'golden');
    await set(fvt, null);
    assert.deepEqual(await events.kinds(3), ['procedure.updated', 'station.updated', 'procedure.updated']);
    await events.close();
  });
});

const rounds = Number(process.env['GOLDEN_ROUNDS'] ?? 300);
const day = 24 * hour;
const now = Date.parse('2026-11-28T12:00:00Z');
const samples: (Sample | null)[] = ['golden', 'golden', 'failing', 'ignored', null];

/** Few units and times around the limit of the short search, with clocks that are ahead. */
const history = fc.record({
  rule: fc.record({
    hours: fc.constantFrom(1, 8, 30 * 24, 8760),
    failing_sample: fc.boolean(),
    without: fc.constant('warn' as const),
  }),
  runs: fc.array(
    fc.record({
      unit: fc.integer({ min: 0, max: 4 }),
      procedure: fc.constantFrom('procedure-0', 'procedure-0', 'procedure-1'),
      station: fc.constantFrom('station-0', 'station-0', 'station-1', null),
      outcome: fc.constantFrom<Outcome>('PASS', 'PASS', 'FAIL', 'ERROR', 'TIMEOUT', 'ABORTED'),
      started: fc.constantFrom(now - 400 * day, now - 32 * day, now - 31 * day, now - 2 * hour, now - hour, now + day),
      lasted: fc.constantFrom(1000, hour, 2 * day),
      received: fc.constantFrom(now - 40 * day, now - 31 * day, now - hour, now),
    }),
    { maxLength: 14 },
  ),
});

describe(`the golden unit check of random histories (GOLDEN_ROUNDS=${rounds})`, function () {
  this.timeout(60_000 + rounds * 100);
  const file = join(temporaryFolder(), 'stations.db');
  let store: Store;
  let database: DatabaseSync;
  before(() => {
    ({ store } = openStore(file));
    database = new DatabaseSync(file);
    database.exec(`
      pragma foreign_keys = off;
      insert into procedures (id, name, name_key, created_at, created_by_user_id)
        select 'procedure-' || value, value, value, 0, (select id from users) from json_each('["0","1"]');
      insert into station_procedures values ('station-0', 'procedure-0', 0)`);
  });
  after(async () => {
    database.close();
    await store.destroy();
  });

  it('is decided by the last counted run of each sample', async () => {
    await fc.assert(
      fc.asyncProperty(history, async ({ rule: asked, runs: list }) => {
        database.exec('begin; delete from runs; delete from units; delete from golden_rules');
        database
          .prepare(`insert into golden_rules values ('procedure-0', null, ?, ?, 'warn')`)
          .run(asked.hours, Number(asked.failing_sample));
        for (const [unit, sample] of samples.entries()) {
          database
            .prepare(
              `insert into units (id, serial_number, serial_key, revision_id, created_at, sample) values (?, ?, ?, '', 0, ?)`,
            )
            .run(`unit-${unit}`, `unit-${unit}`, `unit-${unit}`, sample);
        }
        const insert = database.prepare(
          `insert into runs (id, procedure_id, unit_id, revision_id, outcome, started_at, ended_at, created_at,
           created_by_station_id, troubled) values (?, ?, ?, '', ?, ?, ?, ?, ?, 0)`,
        );
        for (const [index, run] of list.entries()) {
          const { unit, procedure, station, outcome, started, lasted, received } = run;
          insert.run(`run-${index}`, procedure, `unit-${unit}`, outcome, started, started + lasted, received, station);
        }
        database.exec('commit');

        const wrong: number[] = [];
        const ends: (number | null)[] = [];
        for (const sample of asked.failing_sample ? (['golden', 'failing'] as const) : (['golden'] as const)) {
          const own = list
            .map((run, index) => ({ ...run, index, at: Math.min(run.started + run.lasted, run.received) }))
            .filter(
              ({ unit, procedure, station }) =>
                samples[unit] === sample && procedure === 'procedure-0' && station === 'station-0',
            )
            .filter(({ outcome }) => outcome !== 'ABORTED')
            .sort((a, b) => a.at - b.at || a.received - b.received || a.index - b.index);
          const last = own.at(-1);
          if (last && last.outcome !== (sample === 'golden' ? 'PASS' : 'FAIL')) wrong.push(last.at);
          ends.push(last === undefined ? null : last.at + asked.hours * hour);
        }
        const [check] = await goldenChecksOf(store, 'station-0', now);
        const kind =
          wrong.length > 0
            ? 'failed'
            : ends.includes(null)
              ? 'never'
              : ends.every((end) => (end ?? 0) > now)
                ? 'valid'
                : 'due';
        assert.equal(check?.state.kind, kind);
        if (check.state.kind === 'failed') assert.ok(wrong.includes(Date.parse(check.state.run.checked_at)));
      }),
      { numRuns: rounds },
    );
  });
});
