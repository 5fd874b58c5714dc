import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { demoProduction, type DemoRun } from '../../src/server/demo/production.ts';
import { analytics } from '../../src/shared/contract/analytics.ts';
import { local } from '../../src/shared/contract/local.ts';
import { procedures } from '../../src/shared/contract/procedures.ts';
import { Calendar } from '../../src/shared/uptime/uptimeCalendar.ts';
import { useServer } from './bench.ts';

const days = 60;
const now = Date.parse('2026-06-30T15:00:00Z');
const produce = (seed: number): DemoRun[] => [
  ...demoProduction({ seed, days, now, calendar: new Calendar('Europe/Berlin') }),
];

/** Returns the mean of a measurement on a station in a part of the time, from 0 to 1. */
function meanOf(made: readonly DemoRun[], station: string, name: string, [from, to]: [number, number]): number {
  const [first, last] = [made[0]?.run.startedAt ?? 0, now];
  const values = made
    .filter((each) => each.station === station && each.sample === null)
    .filter(({ run }) => run.startedAt >= first + from * (last - first) && run.startedAt < first + to * (last - first))
    .flatMap(({ run }) => run.phases.flatMap(({ measurements }) => measurements))
    .flatMap((each) => (each.name === name ? Number(each.measuredValue) : []));
  assert.ok(values.length > 20, `${values.length} values of ${name}`);
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe('demo data', () => {
  const bench = useServer();
  const made = produce(1);

  it('is the same for the same seed and time, and ends now', () => {
    assert.deepEqual(produce(1), made);
    assert.notDeepEqual(produce(2), made);
    assert.ok(made.every(({ run }) => run.startedAt <= now && run.endedAt > run.startedAt));
  });

  it('has production on weekdays with a believable yield, retests and aborted runs', () => {
    const outcomes = Map.groupBy(
      made.filter(({ sample }) => sample === null),
      ({ run }) => run.outcome,
    );
    const passed = (outcomes.get('PASS')?.length ?? 0) / made.length;
    assert.ok(passed > 0.8 && passed < 0.99, String(passed));
    assert.ok((outcomes.get('FAIL')?.length ?? 0) > 0 && (outcomes.get('ABORTED')?.length ?? 0) > 0);
    assert.ok(made.every(({ run }) => ![0, 6].includes(new Date(run.startedAt).getUTCDay())));
    const units = Map.groupBy(made, ({ run }) => run.serialNumber);
    assert.ok([...units.values()].some((runs) => runs.length > 1 && runs.at(-1)?.run.outcome === 'PASS'));
  });

  it('has golden units that nearly always pass and failing samples that fail', () => {
    const samples = Map.groupBy(made, ({ sample }) => sample);
    const golden = samples.get('golden') ?? [];
    assert.ok(golden.filter(({ run }) => run.outcome === 'PASS').length > 0.9 * golden.length);
    const failing = samples.get('failing') ?? [];
    assert.ok(failing.length > 0 && failing.every(({ run }) => run.outcome === 'FAIL'));
  });

  it('has a drift, a shift after a change of a fixture, tightened limits and an outage', () => {
    const mean = (station: string, name: string, part: [number, number]) => meanOf(made, station, name, part);
    assert.ok(mean('Demo Bench 2', 'phase_current', [0.8, 1]) > mean('Demo Bench 2', 'phase_current', [0, 0.2]));
    assert.ok(
      mean('Demo Bench 3', 'contact_resistance', [0.6, 1]) > mean('Demo Bench 3', 'contact_resistance', [0, 0.5]),
    );
    const limits = made
      .flatMap(({ run }) => run.phases.flatMap(({ measurements }) => measurements))
      .filter(({ name }) => name === 'idle_current')
      .map(({ validators }) => validators.at(-1)?.expected_value);
    assert.equal(new Set(limits).size, 2);
    const starts = made.filter(({ station }) => station === 'Demo Bench 4').map(({ run }) => run.startedAt);
    const gaps = starts.slice(1).map((start, index) => start - (starts[index] ?? 0));
    assert.ok(Math.max(...gaps) > 24 * 3_600_000);
  });

  it('is pushed to a server once, with statistics', async () => {
    const { stations, runs } = await bench.user.call(local.createDemoData, { body: { days: 7 } });
    assert.equal(stations, 4);
    const { data } = await bench.user.call(procedures.list);
    const counts = await Promise.all(
      data.map(({ id }) =>
        bench.user.call(analytics.procedure, { params: { id }, query: { include_reference_units: 'true' } }),
      ),
    );
    assert.equal(
      counts.reduce((sum, answer) => sum + answer.runs, 0),
      runs,
    );
    assert.equal((await bench.user.send(local.createDemoData, { body: { days: 7 } })).status, 409);
  });
});
