import assert from 'node:assert/strict';
import fc from 'fast-check';
import { before, describe, it } from 'mocha';
import { StationApi } from '../../src/extension/client/stationApi.ts';
import { ListedAnalytics, newestRuns } from '../../src/extension/insight/listedAnalytics.ts';
import { analytics, type MeasurementSummary } from '../../src/shared/contract/analytics.ts';
import type { Answer } from '../../src/shared/contract/operation.ts';
import { parts } from '../../src/shared/contract/parts.ts';
import { procedures } from '../../src/shared/contract/procedures.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { units } from '../../src/shared/contract/units.ts';
import { valueBatches, valueColumns } from '../../src/shared/export/statisticsTables.ts';
import { type Cell, columnsOf } from '../../src/shared/export/table.ts';
import { adminKey, useServer } from './bench.ts';

const zone = 'America/Santiago'; // The clocks change at midnight on 2026-09-06.
const noon = Date.parse('2026-09-06T15:00:00Z');
const hour = 3_600_000;
const count = 60;
const operators = ['ana@example.com', 'ben@example.com', undefined];
const limits = [
  { lower: 1, upper: 9 },
  { lower: 0, upper: undefined },
];

const phase = fc.record({
  name: fc.constantFrom('Power', 'Radio'),
  outcome: fc.constantFrom('PASS', 'PASS', 'PASS', 'FAIL', 'ERROR'),
  isRetry: fc.boolean(),
  value: fc.integer({ min: -40, max: 140 }).map((tenths) => tenths / 10),
  limits: fc.constantFrom(...limits),
  isOn: fc.boolean(),
});
const run = fc.record({
  unit: fc.integer({ min: 0, max: 12 }),
  outcome: fc.constantFrom('PASS', 'PASS', 'FAIL', 'ERROR', 'TIMEOUT', 'ABORTED'),
  at: fc.integer({ min: noon - 40 * hour, max: noon + 40 * hour }),
  operator: fc.constantFrom(...operators),
  version: fc.constantFrom('1.0', '2.0', undefined),
  batch: fc.constantFrom('B1', undefined),
  phases: fc.array(phase, { maxLength: 4 }),
});

describe('statistics of what a server lists', () => {
  const bench = useServer(['--time-zone', zone]);
  let api: StationApi;
  let procedure = '';

  before(async () => {
    api = new StationApi(bench.server.url, adminKey);
    procedure = (await api.call(procedures.create, { body: { name: 'FVT' } })).id;
    await api.call(parts.create, { body: { number: 'PCB', name: 'PCB' } });
    const seed = Number(process.env['ANALYTICS_SEED'] ?? 20261128);
    for (const each of fc.sample(run, { numRuns: count, seed })) await push(each);
    await api.call(units.update, { params: { serial_number: 'SN-0' }, body: { sample: 'golden' } });
  });

  async function push({ unit, at, operator, version, batch, ...each }: RunValue): Promise<void> {
    const time = (second: number): string => new Date(at + second * 1000).toISOString();
    await api.call(runs.create, {
      body: {
        procedure_id: procedure,
        serial_number: `SN-${unit}`,
        part_number: 'PCB',
        outcome: each.outcome,
        started_at: time(0),
        ended_at: time(60),
        operated_by: operator,
        procedure_version: version,
        batch_number: batch,
        phases: each.phases.map((phase, index) => ({
          name: phase.name,
          outcome: phase.outcome,
          started_at: time(10 * index),
          ended_at: time(10 * index + 5),
          retry_count: phase.isRetry && each.phases.slice(0, index).some(({ name }) => name === phase.name) ? 1 : 0,
          measurements: [
            {
              name: 'voltage',
              outcome: outcomeOf(phase),
              measured_value: phase.value,
              units: 'V',
              lower_limit: phase.limits.lower,
              upper_limit: phase.limits.upper,
            },
            { name: 'is on', outcome: phase.isOn ? ('PASS' as const) : ('FAIL' as const), measured_value: phase.isOn },
          ],
        })),
      },
    });
  }

  const filters = [
    {},
    { include_reference_units: 'true' },
    { attempts: 'first' },
    { operators: ['ana@example.com'] },
    { started_after: new Date(noon).toISOString() },
    { started_before: new Date(noon).toISOString() },
  ] as const;
  const splits = ['station', 'revision', 'version', 'batch', 'operator'] as const;
  const params = () => ({ id: procedure });

  it('are the same as those that the server computes of its runs, for every filter and split', async () => {
    const listed = new ListedAnalytics(api, zone);
    for (const filter of filters) {
      for (const split_by of splits) {
        const query = { ...filter, split_by };
        assert.deepEqual(
          await listed.procedure(procedure, analytics.procedure.query.parse(query)),
          await api.call(analytics.procedure, { params: params(), query }),
        );
        const named = { ...query, phase_name: 'Power', measurement_name: 'voltage' };
        assert.deepEqual(
          await listed.measurement(procedure, analytics.measurement.query.parse(named)),
          await api.call(analytics.measurement, { params: params(), query: named }),
        );
      }
      const named = { ...filter, phase_name: 'Radio', measurement_name: 'voltage', limit: 20 };
      assert.deepEqual(
        await listed.values(procedure, analytics.values.query.parse(named)),
        await api.call(analytics.values, { params: params(), query: named }),
      );
      assert.deepEqual(
        byName(await listed.measurements(procedure, analytics.measurements.query.parse(filter))),
        byName(await api.call(analytics.measurements, { params: params(), query: filter })),
      );
    }
  });

  it('list all values page by page, however few runs are read for each page', async () => {
    const name = { phase_name: 'Radio', measurement_name: 'voltage' };
    const { run_ids: expected } = await api.call(analytics.values, {
      params: params(),
      query: { ...name, limit: 1000 },
    });
    for (const runs of [5, 7, 20]) {
      const listed = new ListedAnalytics(api, zone, { ...newestRuns, runs, runsOfAllMeasurements: runs });
      const columns = valueColumns(name);
      const batches = valueBatches(columns, (before) => {
        const started = before === null ? {} : { started_before: new Date(before).toISOString() };
        return listed.values(procedure, analytics.values.query.parse({ ...name, ...started }));
      });
      const place = columnsOf(columns).findIndex((column) => column.name === 'run_id');
      const found: Cell[] = [];
      for await (const rows of batches) found.push(...rows.map((row) => row[place] ?? null));
      assert.deepEqual(found.reverse(), expected);
    }
  });

  it('beside a script are of all runs that a page of runs and 8 pages of values hold', async () => {
    const asked: string[] = [];
    const counted = countedCalls(api, asked);
    const { measurements: found, runs: read } = await new ListedAnalytics(counted, zone).hints(procedure);
    const { measurements: expected } = await api.call(analytics.measurements, { params: params() });
    assert.deepEqual(sorted(found), sorted(expected));
    assert.equal(read, count);
    const pages = Math.ceil(expected.reduce((sum, each) => sum + each.count, 0) / 100);
    assert.ok(asked.length <= 1 + pages + 1 && pages > 1, asked.join());
  });

  it('beside a script are of those of the newest runs whose values were all read, with a bounded number of requests', async () => {
    const { data: newest } = await api.call(runs.list, {
      query: { procedure_ids: procedure, sort_by: 'started_at', sort_order: 'desc', limit: '100' },
    });
    const reads = [];
    for (const valuesOfHints of [1, 10, 25, 60, 100, 120]) {
      const asked: string[] = [];
      const listed = new ListedAnalytics(countedCalls(api, asked), zone, { ...newestRuns, valuesOfHints });
      const { measurements: found, runs: read } = await listed.hints(procedure);
      reads.push(read);
      assert.ok(asked.length <= 1 + Math.ceil(valuesOfHints / 100), asked.join());
      const complete = newest.slice(0, read).filter(({ unit }) => unit.sample === null);
      const values = await Promise.all(complete.map(({ id }) => lastValues(id)));
      for (const name of ['Power', 'Radio']) {
        const counts = values.flat().filter((phase) => phase === name).length;
        const own = found.find(
          ({ phase_name, measurement_name }) => phase_name === name && measurement_name === 'is on',
        );
        assert.equal(own?.count ?? 0, counts, `${name} of ${read} runs`);
      }
    }
    assert.deepEqual(
      reads.toSorted((a, b) => a - b),
      reads,
    );
    assert.ok((reads[0] ?? 0) < 2 && (reads.at(-1) ?? 0) > 20 && (reads.at(-1) ?? 0) < count, reads.join());
  });

  /** Returns the phase of each last attempt of the run. */
  async function lastValues(id: string): Promise<string[]> {
    const { phases: all } = await api.call(runs.get, { params: { id } });
    return all
      .filter(({ name }, index) => (all.slice(index + 1).find((next) => next.name === name)?.retry_count ?? 0) === 0)
      .map(({ name }) => name);
  }
});

/** Records the operations that are called. */
const countedCalls = (api: StationApi, asked: string[]): Pick<StationApi, 'call'> => ({
  call: (operation, input) => {
    asked.push(operation.id);
    return api.call(operation, input);
  },
});

type RunValue = typeof run extends fc.Arbitrary<infer Value> ? Value : never;

function outcomeOf({ value, limits: { lower, upper } }: RunValue['phases'][number]): 'PASS' | 'FAIL' {
  return value >= lower && (upper === undefined || value <= upper) ? 'PASS' : 'FAIL';
}

const sorted = (all: readonly MeasurementSummary[]): MeasurementSummary[] =>
  all.toSorted((a, b) => (a.phase_name + a.measurement_name).localeCompare(b.phase_name + b.measurement_name));

const byName = ({ measurements, ...rest }: Answer<typeof analytics.measurements>) => ({
  ...rest,
  measurements: sorted(measurements),
});
