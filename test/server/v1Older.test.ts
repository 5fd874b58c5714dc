import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { runs } from '../../src/shared/contract/runs.ts';
import { units } from '../../src/shared/contract/units.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { type TestStation, useServer } from './bench.ts';
import { passedRun } from './runs.ts';

describe('what older v1 clients send', function () {
  this.timeout(60_000);
  const bench = useServer();
  let station: TestStation;

  before(async () => {
    station = await bench.station('Bench 1', await bench.procedure('Functional test', 'FVT1'));
  });

  const push = async (body: unknown) => (await station.client.call(v1.createRun, { body })).id;
  const unit = (serial_number: string) => bench.user.call(units.get, { params: { serial_number } });

  it('steps become phases and their values become measurements', async () => {
    const started_at = '2026-01-01T12:00:00';
    const steps = [
      { name: 'flash', started_at: `${started_at}Z`, duration: 'PT12S', step_passed: true },
      {
        name: 'voltage',
        started_at,
        duration: 'PT0.5S',
        step_passed: false,
        measurement_unit: 'V',
        measurement_value: 2.9,
        limit_low: 3,
        limit_high: 3.5,
      },
    ];
    const run = await bench.user.call(runs.get, { params: { id: await push({ ...passedRun('FVT1'), steps }) } });
    assert.deepEqual(
      run.phases.map(({ name, outcome, duration, started_at: start }) => [name, outcome, duration, start]),
      [
        ['flash', 'PASS', 'PT12S', '2026-01-01T12:00:00.000Z'],
        ['voltage', 'FAIL', 'PT0.5S', '2026-01-01T12:00:00.000Z'],
      ],
    );
    assert.deepEqual(run.phases[0]?.measurements, []);
    const [voltage] = run.phases[1]?.measurements ?? [];
    assert.deepEqual([voltage?.measured_value, voltage?.units, voltage?.outcome], [2.9, 'V', 'FAIL']);
    assert.deepEqual(
      voltage?.validators?.map(({ expression, outcome }) => [expression, outcome]),
      [
        ['x >= 3', 'FAIL'],
        ['x <= 3.5', 'PASS'],
      ],
    );
  });

  it('a step without a time or duration is refused', async () => {
    const step = { name: 'a', started_at: '2026-01-01T12:00:00Z', duration: 'PT1S', step_passed: true };
    for (const [change, reason] of [
      [{ duration: '1 s' }, /steps\[0\]\.duration/],
      [{ started_at: 'noon' }, /steps\[0\]\.started_at/],
    ] as const) {
      const body = { ...passedRun('FVT1'), steps: [{ ...step, ...change }] };
      const { status, text } = await station.client.send(v1.createRun, { body });
      assert.equal(status, 400);
      assert.match(text, reason);
    }
  });

  it('a run is deleted by a user but not by a station', async () => {
    const params = { id: await push(passedRun('FVT1')) };
    assert.equal((await station.client.send(v1.deleteRun, { params })).status, 403);
    assert.match((await bench.user.call(v1.deleteRun, { params })).message, /deleted/);
    const again = await bench.user.send(v1.deleteRun, { params });
    assert.equal(again.status, 404);
    assert.match(again.text, /^\{"error":\{"message":"/);
  });

  it('a unit gets its sub-units, and is deleted without them', async () => {
    for (const serial of ['Parent', 'Child']) await push(passedRun('FVT1', serial));
    const params = { serial_number: 'parent' };
    const update = (...serials: string[]) =>
      station.client.send(v1.updateUnit, {
        params,
        body: { sub_units: serials.map((serial_number) => ({ serial_number })) },
      });
    assert.equal((await update('CHILD')).status, 200);
    assert.equal((await unit('Child')).parent?.serial_number, 'Parent');
    assert.equal((await update('Parent')).status, 422);
    assert.equal((await update('nowhere')).status, 404);
    assert.equal((await station.client.send(v1.deleteUnit, { params })).status, 403);
    assert.match((await bench.user.call(v1.deleteUnit, { params })).message, /deleted/);
    assert.equal((await unit('Child')).parent, null);
    assert.equal((await bench.user.send(units.get, { params })).status, 404);
  });

  it('an upload may declare its media type and size', async () => {
    const body = { name: 'a.txt', mimeType: 'text/plain', sizeBytes: 3 };
    assert.ok((await station.client.call(v1.initializeUpload, { body })).uploadUrl);
  });
});
