import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import type { ReportMeasurement } from '../../../src/shared/contract/report.ts';
import type { RunListItem } from '../../../src/shared/contract/runs.ts';
import { comparisonTable, measurementsOfRun, runsTable } from '../../../src/shared/export/runTables.ts';
import {
  routesTable,
  valueBatches,
  valueColumns,
  type Values,
  yieldTable,
} from '../../../src/shared/export/statisticsTables.ts';
import type { Row, Table } from '../../../src/shared/export/table.ts';
import { yieldCounts } from '../../../src/shared/statistics/yield.ts';
import { seed, withSeed } from '../statistics/support.ts';
import { exportedRun } from './exportedRun.ts';

const name = { phase_name: 'Power', measurement_name: 'voltage' };

async function rowsOf(batches: Table['batches']): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const batch of batches) rows.push(...batch);
  return rows;
}

/** The rows as objects without empty cells. */
const records = async ({ columns, batches }: Table) =>
  (await rowsOf(batches)).map((row) =>
    Object.fromEntries(columns.flatMap(({ name }, at) => (row[at] === null ? [] : [[name, row[at]]]))),
  );

/** Answers as the server does: the newest values that started until a moment, oldest first. */
function valuesUntil(starts: readonly number[], before: number | null, limit: number): Values {
  const found = starts.flatMap((start, index) => (before === null || start <= before ? [index] : []));
  const page = found.slice(-limit);
  return {
    procedure: { id: '', name: '' },
    time_zone: 'UTC',
    from: null,
    to: null,
    started_at: page.map((index) => starts[index] ?? 0),
    values: page,
    passed: page.map((index) => index % 3 > 0),
    run_ids: page.map(String),
    serial_numbers: page.map((index) => `SN${index}`),
    stations_index: page.map((index) => (index % 2) - 1),
    stations: ['Bench 1'],
    limits_index: page.map((index) => (index > 5 ? 1 : 0)),
    limits: [
      { lower: null, upper: 10, units: 'V' },
      { lower: 1, upper: 20, units: 'V' },
    ],
    has_more: found.length > limit,
  };
}

describe(`the tables to export (${withSeed})`, () => {
  it('have a row for each procedure of a part with the rolled throughput yield of the part', async () => {
    const step = (id: string, units: number, passed_first: number) => ({
      procedure: { id, name: id.toUpperCase() },
      runs: units,
      units,
      passed_first,
    });
    const table = routesTable([
      { part: { id: 'p', number: 'PCB' }, steps: [step('a', 20, 10), step('b', 10, 8)], rolled_throughput_yield: 0.4 },
      { part: { id: 'q', number: 'HOUSING' }, steps: [step('a', 3, 3)], rolled_throughput_yield: null },
    ]);
    assert.deepEqual(await records(table), [
      {
        part_number: 'PCB',
        procedure_id: 'a',
        procedure: 'A',
        units: 20,
        passed_first: 10,
        rolled_throughput_yield: 0.4,
      },
      {
        part_number: 'PCB',
        procedure_id: 'b',
        procedure: 'B',
        units: 10,
        passed_first: 8,
        rolled_throughput_yield: 0.4,
      },
      { part_number: 'HOUSING', procedure_id: 'a', procedure: 'A', units: 3, passed_first: 3 },
    ]);
  });

  it('contain every value of a measurement once, however its pages divide values of one moment', async () => {
    const input = fc.record({
      starts: fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 60 }),
      extra: fc.integer({ min: 1, max: 10 }),
    });
    await fc.assert(
      fc.asyncProperty(input, async ({ starts, extra }) => {
        const sorted = [...starts].sort((one, other) => one - other);
        const moments = [...Map.groupBy(sorted, (start) => start).values()];
        const most = Math.max(0, ...moments.map(({ length }) => length));
        const load = (before: number | null) => Promise.resolve(valuesUntil(sorted, before, most + extra));
        const rows = await rowsOf(valueBatches(valueColumns(name), load));
        assert.deepEqual(
          rows.map((row) => row[6]),
          sorted.map((_, index) => index).reverse(),
        );
      }),
      { seed, numRuns: 500 },
    );
  });

  it('never end silently when more values than a page holds are of one moment', async () => {
    const load = (before: number | null) => Promise.resolve(valuesUntil([1, 2, 2, 2, 3], before, 2));
    await assert.rejects(rowsOf(valueBatches(valueColumns(name), load)), /start time 1970-01-01T00:00:00.002Z/);
  });

  it('name the station, outcome and limits of each value', async () => {
    const columns = valueColumns(name);
    const [newest] = await records({
      columns: columns.map(([column, type]) => ({ name: column, type })),
      batches: valueBatches(columns, (before) => Promise.resolve(valuesUntil([1, 1, 1, 1, 1, 1, 7, 9], before, 10))),
    });
    assert.deepEqual(newest, {
      run_id: '7',
      serial_number: 'SN7',
      station: 'Bench 1',
      started_at: 9,
      phase: 'Power',
      measurement: 'voltage',
      value: 7,
      units: 'V',
      outcome: 'PASS',
      lower_limit: 1,
      upper_limit: 20,
    });
  });

  it('contain every run once, although runs are saved while the pages are loaded', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 40 }),
        fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 20 }),
        async (count, saved) => {
          const list = Array.from({ length: count }, (_, index): RunListItem => ({
            ...exportedRun,
            id: `run ${index}`,
          }));
          const atFirst = list.map(({ id }) => id);
          let calls = 0;
          const load = (cursor: number) => {
            for (let more = saved[calls++] ?? 0; more > 0; more -= 1) {
              list.unshift({ ...exportedRun, id: `new ${list.length}` });
            }
            const next = cursor + 7 < list.length ? cursor + 7 : null;
            const meta = { has_more: next !== null, next_cursor: next };
            return Promise.resolve({ data: list.slice(cursor, cursor + 7), meta });
          };
          const ids = (await rowsOf(runsTable(load).batches)).map(([id]) => String(id));
          assert.deepEqual(new Set(ids).size, ids.length);
          assert.deepEqual(
            atFirst.filter((id) => !ids.includes(id)),
            [],
          );
        },
      ),
      { seed, numRuns: 300 },
    );
  });

  it('have a row for each yield of a day, with the units that it is of', async () => {
    const units = yieldCounts([]);
    const durations = { count: 0, p50_ms: null, p90_ms: null, p95_ms: null, max_ms: null };
    const day = { ...units, units: 5, passed_first: 2, passed_second: 3, passed_third: 4, passed_last: 4 };
    const table = yieldTable([
      { date: '2026-11-02', runs: 9, yield: day, durations },
      { date: '2026-11-03', runs: 1, yield: units, durations },
    ]);
    assert.deepEqual(await rowsOf(table.batches), [
      ['2026-11-02', '1', 2, 40, 5],
      ['2026-11-02', '2', 3, 60, 5],
      ['2026-11-02', '3', 4, 80, 5],
      ['2026-11-02', 'last', 4, 80, 5],
      ['2026-11-03', '1', 0, null, 0],
      ['2026-11-03', '2', 0, null, 0],
      ['2026-11-03', '3', 0, null, 0],
      ['2026-11-03', 'last', 0, null, 0],
    ]);
  });

  it('separate numbers from other values, and mark the attempts that count', async () => {
    const rows = await records(measurementsOfRun(exportedRun));
    const short = rows.map(({ phase, attempt, is_last_attempt, measurement, value, value_text }) =>
      [phase, attempt, is_last_attempt, measurement, value ?? value_text].join(' '),
    );
    assert.deepEqual(short, [
      'Power 1 false voltage 3.1',
      'Power 2 true voltage 3.3000000000000003',
      'Power 2 true sweep 3 points',
      'Power 2 true sweep (max) 4.1',
      'Firmware 1 true version =1.0',
      'Firmware 1 true checks {"a":[1,true]}',
      'Firmware 1 true serial 12345678901234567890',
    ]);
    assert.equal(rows[1]?.['lower_limit'], 3.2);
    assert.equal(rows[1]['limits'], '3.2 ≤ x ≤ 3.4');
  });

  it('compare two runs with the difference and what differs', async () => {
    const change = (measurement: ReportMeasurement): ReportMeasurement =>
      measurement.name === 'voltage' ? { ...measurement, measured_value: 3.1, outcome: 'FAIL' } : measurement;
    const other = {
      phases: exportedRun.phases.map((phase) => ({ ...phase, measurements: phase.measurements.map(change) })),
    };
    const [row] = await records(comparisonTable(exportedRun, other));
    assert.ok(row);
    assert.equal(row['older_value'], 3.3000000000000003);
    assert.equal(row['newer_value'], 3.1);
    assert.equal(row['what_differs'], 'outcome, value');
    assert.ok(Math.abs(Number(row['difference']) + 0.2) < 1e-9);
  });
});
