import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { v1ErrorAnswer } from '../../src/shared/contract/common.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { type TestStation, useServerProcess } from './bench.ts';
import type { TestClient } from './requests.ts';
import { passedRun } from './runs.ts';

describe('runs pushed through v1', function () {
  this.timeout(60_000);
  const bench = useServerProcess();
  let procedure: string;
  let station: TestStation;

  before(async () => {
    procedure = await bench.procedure('Functional test', 'FVT1');
    station = await bench.station('Bench 1', procedure);
  });

  const push = async (body: unknown, client: TestClient = station.client) => {
    const { id } = await client.call(v1.createRun, { body });
    return bench.user.call(runs.get, { params: { id } });
  };
  const refusal = async (body: unknown, client: TestClient = station.client) => {
    const reply = await client.send(v1.createRun, { body });
    return [reply.status, v1ErrorAnswer.parse(reply.json()).error.message] as const;
  };

  it('name their procedure by id or by identifier, in any case', async () => {
    for (const called of ['FVT1', 'fvt1', procedure, procedure.toUpperCase()]) {
      assert.equal((await push(passedRun(called))).procedure.id, procedure);
    }
  });

  it('belong to the station or user whose key pushed them', async () => {
    const byStation = await push(passedRun('FVT1'));
    assert.deepEqual(byStation.created_by_station, { id: station.id, name: 'Bench 1' });
    assert.equal(byStation.created_by_user, null);
    const byUser = await push(passedRun('FVT1'), bench.user);
    assert.equal(byUser.created_by_station, null);
    assert.equal(byUser.created_by_user?.name, 'Local user');
    const { procedures } = await bench.user.call(stations.get, { params: { id: station.id } });
    assert.ok((procedures[0]?.runs_count ?? 0) >= 1);
  });

  it('end now if they have no start time', async () => {
    const start = Date.now();
    const run = await push({ ...passedRun('FVT1'), duration: 'PT1M45S' });
    const ended = Date.parse(run.ended_at);
    assert.ok(start <= ended && ended <= Date.now());
    assert.equal(ended - Date.parse(run.started_at), 105_000);
  });

  it('may have phases that end in the future, in fractions of milliseconds', async () => {
    const start = Date.now() + 0.7;
    const phase = { name: 'p', outcome: 'PASS', start_time_millis: start, end_time_millis: start + 30_000 };
    const run = await push({ ...passedRun('FVT1'), phases: [phase], duration: 'PT0S' });
    assert.equal(run.phases[0]?.duration, 'PT30S');
    assert.equal(run.duration, 'PT0S');
  });

  it('move a unit to the part that they name, and keep its revision otherwise', async () => {
    const run = (part_number: string, more = {}) => ({
      ...passedRun('FVT1'),
      unit_under_test: { serial_number: 'Moving', part_number, ...more },
    });
    const first = await push(run('PART-1', { revision: 'C', batch_number: 'B1' }));
    const again = await push(run('part-1'));
    assert.equal(again.unit.id, first.unit.id);
    assert.deepEqual(again.unit.part, first.unit.part);
    assert.equal(again.unit.batch?.number, 'B1');
    const moved = await push(run('PART-2'));
    assert.equal(moved.unit.id, first.unit.id);
    assert.equal(moved.unit.part.number, 'PART-2');
    assert.equal(moved.unit.part.revision.number, 'A');
  });

  it('build sub-units into their unit, which must exist', async () => {
    const withSubUnits = (serial: string, ...subs: string[]) => ({
      ...passedRun('FVT1', serial),
      sub_units: subs.map((serial_number) => ({ serial_number })),
    });
    await push(passedRun('FVT1', 'Child-1'));
    const run = await push(withSubUnits('Parent', 'child-1', 'CHILD-1'));
    assert.deepEqual(
      run.sub_units.map(({ serial_number, part_number }) => [serial_number, part_number]),
      [['Child-1', 'PCBA01']],
    );
    for (const [body, reason] of [
      [withSubUnits('Parent', 'nowhere'), /There is no unit "nowhere" to be a sub-unit/],
      [withSubUnits('Parent', 'PARENT'), /cannot be a sub-unit of "Parent"/],
      [withSubUnits('Child-1', 'Parent'), /cannot be a sub-unit of "Child-1"/],
    ] as const) {
      const [status, message] = await refusal(body);
      assert.equal(status, 422);
      assert.match(message, reason);
    }
  });

  it('of a procedure that is not linked are refused with the names of station and procedure', async () => {
    await bench.procedure('Burn-in', 'BURN');
    await bench.procedure('No identifier');
    assert.deepEqual(await refusal(passedRun('burn')), [
      403,
      'Station "Bench 1" is not authorized to push runs of procedure "BURN": it is not linked to it. ' +
        'Link the procedure to the station first.',
    ]);
    assert.match(
      (await refusal(passedRun('NOPE')))[1],
      /^Station "Bench 1" is not authorized .*"NOPE": there is no such/,
    );
    const [status, message] = await refusal(passedRun('NOPE'), bench.user);
    assert.equal(status, 404);
    assert.match(message, /There is no procedure "NOPE"/);
    assert.ok((await bench.user.call(v1.createRun, { body: passedRun('burn') })).id);
  });

  it('are refused with the reason and leave nothing behind if they are invalid', async () => {
    const good = passedRun('FVT1', 'Refused');
    const phase = { name: 'p', outcome: 'PASS', start_time_millis: 1, end_time_millis: 2 };
    for (const [change, reason] of [
      [{ unit_under_test: { serial_number: 'Refused' } }, /no part number/],
      [{ unit_under_test: { serial_number: 'Refused', part_number: '  ' } }, /no part number/],
      [{ unit_under_test: { part_number: 'PCBA01' } }, /unit_under_test\.serial_number/],
      [{ unit_under_test: { serial_number: ' ', part_number: 'PCBA01' } }, /unit_under_test\.serial_number/],
      [{ unit_under_test: { serial_number: 'x'.repeat(61), part_number: 'P' } }, /unit_under_test\.serial_number/],
      [{ procedure_id: null }, /names no procedure/],
      [{ duration: '105 s' }, /duration must be an ISO 8601 duration/],
      [{ phases: [{ ...phase, outcome: 'PASSED' }] }, /phases\.0\.outcome/],
      [{ phases: [{ ...phase, end_time_millis: 1e300 }] }, /end_time_millis of phase "p"/],
      [{ logs: [{ level: 'INFO', timestamp: 'now', message: '', source_file: '', line_number: 1 }] }, /logs\[0\]/],
      [{ run_passed: 'yes' }, /run_passed/],
    ] as const) {
      const [status, message] = await refusal({ ...good, ...change });
      assert.equal(status, 400, message);
      assert.match(message, reason);
    }
    assert.deepEqual(await bench.user.call(v1.getRuns, { query: { serial_number: 'Refused' } }), []);
  });

  it('keep thousands of measurements in their order', async () => {
    const measurements = Array.from({ length: 2500 }, (_, n) => ({
      name: `m${n}`,
      outcome: 'PASS',
      measured_value: n,
      validators: [`0 <= x <= ${n}`],
    }));
    const phase = { name: 'many', outcome: 'PASS', start_time_millis: 1, end_time_millis: 2, measurements };
    const run = await push({ ...passedRun('FVT1'), phases: [phase, { ...phase, measurements: [] }] });
    assert.deepEqual(
      run.phases[0]?.measurements.map(({ measured_value }) => measured_value),
      measurements.map(({ measured_value }) => measured_value),
    );
  });

  it('are each stored once and completely when many arrive at once', async () => {
    const serials = Array.from({ length: 20 }, (_, n) => `Rush-${n % 4}`);
    const made = await Promise.all(
      serials.map((serial) => station.client.call(v1.createRun, { body: passedRun('FVT1', serial) })),
    );
    const { data } = await bench.user.call(runs.list, { query: { search_query: 'rush-' } });
    assert.deepEqual(new Set(data.map(({ id }) => id)), new Set(made.map(({ id }) => id)));
    assert.equal(new Set(data.map(({ unit }) => unit.id)).size, 4);
  });

  it('are complete after the server was killed during pushes', async () => {
    const acknowledged: string[] = [];
    const pushUntilItEnds = async (): Promise<void> => {
      for (;;) acknowledged.push((await station.client.call(v1.createRun, { body: passedRun('FVT1', 'Killed') })).id);
    };
    const pushing = [pushUntilItEnds(), pushUntilItEnds()].map((one) => assert.rejects(one));
    while (acknowledged.length < 10) await new Promise(setImmediate);
    await bench.restart((server) => server.kill());
    await Promise.all(pushing);
    const { data } = await bench.user.call(runs.list, { query: { serial_numbers: 'killed', limit: '100' } });
    const stored = new Set(data.map(({ id }) => id));
    assert.deepEqual(
      acknowledged.filter((id) => !stored.has(id)),
      [],
    );
  });
});
