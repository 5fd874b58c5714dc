import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import { analytics } from '../../src/shared/contract/analytics.ts';
import type { Outcome } from '../../src/shared/contract/common.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { type TestStation, useServer } from './bench.ts';
import { runAt } from './runs.ts';

const zone = 'America/Santiago'; // The clocks change at midnight on 2026-09-06.
const noon = Date.parse('2026-09-06T15:00:00Z');
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const name = { phase_name: 'power', measurement_name: 'voltage' };

interface Measured {
  value?: unknown;
  outcome?: 'PASS' | 'FAIL';
  lower?: number;
  upper?: number;
}

/** A phase with one measurement, which has no limits unless they are given. */
const phase = (at: number, { value, outcome = 'PASS', lower, upper }: Measured) => ({
  name: name.phase_name,
  outcome,
  started_at: new Date(at).toISOString(),
  ended_at: new Date(at).toISOString(),
  measurements: [
    { name: name.measurement_name, outcome, measured_value: value, lower_limit: lower, upper_limit: upper },
  ],
});

describe('statistics over HTTP', function () {
  this.timeout(60_000);
  const bench = useServer(['--time-zone', zone]);
  let procedure: string;
  let stations: TestStation[];

  beforeEach(async () => {
    procedure = await bench.procedure(`Functional test ${Math.random()}`);
    stations = [await bench.station('Bench 1', procedure), await bench.station('Bench 2', procedure)];
  });

  const push = (serial: string, outcome: Outcome, at: number, rest: object = {}, station = 0) => {
    const client = stations[station]?.client ?? bench.user;
    return client.call(runs.create, { body: { ...runAt(procedure, serial, outcome, at), ...rest } });
  };
  const measured = (serial: string, at: number, value: unknown, rest: object = {}) =>
    push(serial, 'PASS', at, { phases: [phase(at, { value, lower: 0, upper: 10 })], ...rest });
  const ask = (query: Record<string, string | string[]> = {}) =>
    bench.user.call(analytics.procedure, { params: { id: procedure }, query });
  const askAll = async (query: Record<string, string | string[]> = {}) => {
    const params = { id: procedure };
    const [summary] = (await bench.user.call(analytics.measurements, { params, query })).measurements;
    assert.ok(summary);
    return {
      summary,
      detail: await bench.user.call(analytics.measurement, { params, query: { ...query, ...name } }),
      list: await bench.user.call(analytics.values, { params, query: { ...query, ...name } }),
    };
  };

  it('are about first attempts alone where that is asked for, with the yields of all attempts', async () => {
    await push('A', 'ABORTED', noon, { phases: [phase(noon, { value: 1 })] });
    await push('A', 'FAIL', noon + 1000, { phases: [phase(noon + 1000, { value: 2, outcome: 'FAIL' })] });
    await push('A', 'FAIL', noon + 2000, { phases: [phase(noon + 2000, { value: 3, outcome: 'FAIL' })] }, 1);
    await push('A', 'PASS', noon + 3000, { phases: [phase(noon + 3000, { value: 4 })] });
    await push('A', 'PASS', noon + day, { phases: [phase(noon + day, { value: 5 })] });
    for (const split_by of ['station', 'operator']) {
      const all = await ask({ split_by });
      const first = await ask({ split_by, attempts: 'first' });
      assert.deepEqual([all.runs, all.durations.count, all.failures[0]?.runs], [5, 2, 2]);
      assert.deepEqual([first.runs, first.durations.count, first.failures[0]?.runs], [2, 1, 1]);
      assert.deepEqual([first.yield, first.retests], [all.yield, all.retests]);
    }
    const { summary, detail, list } = await askAll({ attempts: 'first' });
    assert.deepEqual([summary.count, summary.recent, list.values], [2, [2, 5], [2, 5]]);
    assert.deepEqual(
      detail.days.map(({ mean }) => mean),
      [2, 5],
    );
  });

  it('count each day of a time range as a whole, also the days on which no run started within the range', async () => {
    const midnight = Date.parse('2026-09-06T04:00:00Z'); // the first instant of the day, which is 01:00
    const starts = [midnight - 1, midnight, noon, midnight + 23 * hour];
    for (const [index, start] of starts.entries()) await measured(`SN${index}`, start, index + 1);
    const expected: [from: number, to: number, values: number[]][] = [
      [midnight, midnight, [2, 3]],
      [noon + 1, noon + 2, [2, 3]],
      [midnight - 1, midnight - 1, [1]],
      [midnight - 1, midnight, [1, 2, 3]],
      [noon, midnight + 23 * hour, [2, 3, 4]],
      [midnight + 23 * hour + 1, noon + 300 * day, [4]],
    ];
    for (const [from, to, values] of expected) {
      const range = { started_after: new Date(from).toISOString(), started_before: new Date(to).toISOString() };
      const { summary, detail, list } = await askAll(range);
      assert.equal((await ask(range)).runs, values.length);
      assert.equal((await ask({ ...range, split_by: 'batch' })).runs, values.length);
      assert.deepEqual([summary.recent, detail.segments[0]?.count], [values, values.length]);
      const untilEnd = values.filter((value) => (starts[value - 1] ?? 0) <= to);
      assert.deepEqual(list.values, untilEnd);
    }
    const always = { started_after: '0001-01-01T00:00:00Z', started_before: '9999-12-31T23:59:59Z' };
    assert.equal((await ask(always)).runs, 4);
  });

  it('refuse a time range that ends before it begins', async () => {
    const query = { started_after: '2026-09-06T12:00:00Z', started_before: '2026-09-06T11:00:00Z' };
    for (const operation of [analytics.procedure, analytics.measurements, analytics.measurement, analytics.values]) {
      const reply = await bench.user.send(operation, { params: { id: procedure }, query: { ...query, ...name } });
      assert.equal(reply.status, 400);
      assert.match(reply.text, /started_before must not be earlier than started_after\./);
    }
  });

  it('count a unit once a day for a cause, at however many stations, versions and attempts it failed', async () => {
    const failed = { phases: [phase(noon, { value: 1, outcome: 'FAIL' })] };
    await push('A', 'FAIL', noon, { ...failed, operated_by: 'a@example.com', procedure_version: '1' });
    await push('A', 'FAIL', noon + 1000, { ...failed, operated_by: 'b@example.com', procedure_version: '2' }, 1);
    await push('A', 'FAIL', noon + 2000, failed, 1);
    await push('B', 'FAIL', noon + 3000, failed, 1);
    await push('A', 'FAIL', noon + day, failed);
    for (const split_by of ['station', 'revision', 'version', 'batch', 'operator', 'slot']) {
      const { failures } = await ask({ split_by });
      assert.deepEqual(
        failures.map(({ first_runs, first_units, runs, units }) => [first_runs, first_units, runs, units]),
        [[5, 3, 5, 3]],
        split_by,
      );
    }
  });

  it('have the same figures of the whole whatever they are split by', async () => {
    for (const [index, value] of [1, 9, 2, 8, 3, 7, 4, 6, 1, 9, 2, 8].entries()) {
      const rest = { operated_by: `${'ab'[index % 2] ?? ''}@example.com`, batch_number: 'xyz'[index % 3] };
      await measured(`SN${index}`, noon + index * 1000, value, rest);
    }
    const query = { ...name, split_by: 'station' };
    const { segments } = await bench.user.call(analytics.measurement, { params: { id: procedure }, query });
    assert.equal(segments[0]?.capability.kind, 'capability');
    for (const split_by of ['revision', 'version', 'batch', 'operator', 'slot']) {
      const split = await bench.user.call(analytics.measurement, {
        params: { id: procedure },
        query: { ...name, split_by },
      });
      assert.deepEqual(split.segments, segments, split_by);
    }
    const [of] = (
      await bench.user.call(analytics.measurement, {
        params: { id: procedure },
        query: { ...name, operators: ['a@example.com', 'b@example.com'] },
      })
    ).segments;
    assert.deepEqual(of, segments[0]);
  });

  it('list the newest values beside overloads and integers beyond 2^53', async () => {
    const values = [1, 9007199254740993n, 2, 12345678901234567890123n, 3, 9.9e37, -1e308, 9.9e37];
    for (const [index, value] of values.entries()) {
      const body = {
        ...runAt(procedure, `SN${index}`, 'PASS', noon + index * 1000),
        phases: [phase(noon, { value: '@' })],
      };
      const text = JSON.stringify(body).replace('"@"', String(value));
      const reply = await bench.user.send(runs.create, { body: text });
      assert.equal(reply.status, 200, reply.text);
    }
    const { list, summary } = await askAll();
    const numbers = [1, 9007199254740992, 2, 1.2345678901234568e22, 3];
    assert.deepEqual([list.values, summary.recent], [numbers, numbers]);
    const query = { ...name, limit: '2' };
    const newest = await bench.user.call(analytics.values, { params: { id: procedure }, query });
    assert.deepEqual([newest.values, newest.has_more], [numbers.slice(-2), true]);
  });

  it('have the type of the newest value, although later runs were aborted before they measured', async () => {
    await measured('A', noon, 'text');
    await measured('B', noon + 1000, 5);
    await measured('C', noon + 2000, undefined);
    await measured('D', noon + day, undefined);
    const { summary, detail } = await askAll();
    assert.deepEqual([summary.type, detail.type, summary.count], ['numeric', 'numeric', 4]);
  });

  it('find the runs of an operator as the script named it', async () => {
    await measured('A', noon, 1, { operated_by: 'Ana@Example.com' });
    await measured('B', noon + 1000, 2, { operated_by: 'bob@example.com' });
    for (const operators of ['Ana@Example.com', 'ana@example.com']) {
      assert.equal((await ask({ operators })).runs, 1);
      assert.deepEqual((await askAll({ operators })).list.values, [1]);
    }
  });

  it('tell slots apart by their name, or by their key if they have no name', async () => {
    const slots = [{ slot_key: '1', slot_name: 'Left' }, { slot_key: '2', slot_name: 'Right' }, { slot_key: '3' }, {}];
    for (const [index, slot] of slots.entries()) {
      const execution = Object.keys(slot).length === 0 ? {} : { execution_id: `execution ${index} of ${procedure}` };
      const outcome = index === 1 ? 'FAIL' : 'PASS';
      await push(`SN${index}`, outcome, noon + index * 1000, {
        ...execution,
        ...slot,
        phases: [phase(noon, { value: index, outcome })],
      });
    }
    const { groups } = await ask({ split_by: 'slot' });
    const yields = groups.map((group) => [group.name, group.runs, group.yield.passed_first]);
    assert.deepEqual(yields.sort(), [
      ['', 1, 1],
      ['3', 1, 1],
      ['Left', 1, 1],
      ['Right', 1, 0],
    ]);
    const found = await askAll({ slots: ['Right', '3'] });
    assert.deepEqual([found.list.values, found.summary.count], [[1, 2], 2]);
    assert.equal((await ask({ slots: ['Left'] })).runs, 1);
  });

  it('do not mix values in different units', async () => {
    for (const [index, units] of ['V', 'mV', undefined, 'V'].entries()) {
      const first = phase(noon, { value: index + 1, upper: 10 });
      const phases = [{ ...first, measurements: first.measurements.map((each) => ({ ...each, units })) }];
      await push(`SN${index}`, 'PASS', noon + index * 1000, { phases });
    }
    const { summary, detail, list } = await askAll();
    assert.deepEqual([summary.units, summary.count, summary.recent], ['V', 2, [1, 4]]);
    assert.deepEqual(
      detail.segments.map(({ units, mean }) => [units, mean]),
      [
        ['mV', 2],
        [null, 3],
        ['V', 2.5],
      ],
    );
    assert.deepEqual(
      list.limits_index.map((index) => list.limits[index]?.units),
      ['V', 'mV', null, 'V'],
    );
  });

  it('list measurements in the order in which they were recorded, whatever the filter', async () => {
    const named = ['voltage', 'Current', 'voltage 10', 'voltage 9'];
    const phases = named.map((each, index) => {
      const { measurements, ...rest } = phase(noon + index, { value: index });
      return { ...rest, measurements: measurements.map((measurement) => ({ ...measurement, name: each })) };
    });
    await push('A', 'PASS', noon, { phases, operated_by: 'ana@example.com' });
    await push('B', 'PASS', noon + day, { phases: phases.toReversed(), operated_by: 'ana@example.com' });
    for (const query of [{}, { operators: ['ana@example.com'] }]) {
      const { measurements } = await bench.user.call(analytics.measurements, { params: { id: procedure }, query });
      assert.deepEqual(
        measurements.map(({ measurement_name }) => measurement_name),
        named,
      );
    }
  });

  it('take the limits that were used last as the current ones, also within a run', async () => {
    const tests = [
      { value: 1, upper: 10 },
      { value: 2, upper: 20 },
      { value: 3, upper: 10 },
    ];
    const phases = tests.map((test, index) => phase(noon + index, test));
    await push('A', 'PASS', noon, { phases });
    await push('A', 'PASS', noon + day, { phases: phases.toReversed().slice(0, 2) }, 1);
    const { summary, detail } = await askAll();
    assert.deepEqual([summary.upper, summary.value_count, summary.recent], [10, 3, [1, 3, 3]]);
    assert.deepEqual([detail.segments.at(-1)?.upper, detail.segments.length], [10, 2]);
    assert.equal(
      detail.groups.reduce((sum, { count }) => sum + count, 0),
      3,
    );
  });

  it('show the newest values of the runs that were asked for, however many other runs came later', async () => {
    await measured('A', noon, 5, { batch_number: 'b1' });
    await Promise.all(Array.from({ length: 101 }, (_, index) => measured(`SN${index}`, noon + minute + index, 6)));
    assert.deepEqual((await askAll({ batch_ids: await batchId() })).summary.recent, [5]);
    assert.equal((await askAll()).summary.recent.length, 100);
  });

  async function batchId(): Promise<string> {
    const { groups } = await ask({ split_by: 'batch' });
    return groups.find(({ name }) => name === 'b1')?.id ?? '';
  }
});
