import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { compareRuns } from '../../../src/shared/assistant/tools/compareRuns.ts';
import { findRuns } from '../../../src/shared/assistant/tools/findRuns.ts';
import { getRun } from '../../../src/shared/assistant/tools/getRun.ts';
import { getRunLogs } from '../../../src/shared/assistant/tools/getRunLogs.ts';
import { getUnitHistory } from '../../../src/shared/assistant/tools/getUnitHistory.ts';
import { listMeasurements } from '../../../src/shared/assistant/tools/listMeasurements.ts';
import type { Outcome } from '../../../src/shared/contract/common.ts';
import { ask, countingPhases, pagesOf } from './assistantWorld.ts';
import { assertClose, inputOf, RandomWorld, rounds, seed, valuesOf } from './randomWorld.ts';

const outcomes: Outcome[] = ['PASS', 'FAIL', 'ERROR', 'TIMEOUT', 'ABORTED'];

describe(`the tools that read runs (ASSISTANT_SEED=${seed} ASSISTANT_ROUNDS=${rounds})`, function () {
  this.timeout(300_000);
  const random = new RandomWorld();

  it('find_runs finds exactly the runs of random filters, page by page', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const { procedure, ...filter } = random.filter();
      const outcome = random.random() < 0.5 ? random.oneOf(outcomes) : undefined;
      const serial = random.random() < 0.3 ? `uNiT-${random.below(20)}` : undefined;
      const given = { ...inputOf({ procedure, ...filter }), procedure: random.random() < 0.5 ? procedure : undefined };
      const limit = 1 + random.below(50);
      const pages = await pagesOf((cursor) =>
        ask(random.call, findRuns, { ...given, outcome, serial_number: serial, limit, cursor }),
      );
      const expected = random.pushed.runs.filter(
        ({ body, station, startedAt }) =>
          (given.procedure === undefined || body.procedure_id === given.procedure) &&
          (filter.station === undefined || station === filter.station) &&
          (filter.since === undefined || startedAt >= filter.since) &&
          (filter.until === undefined || startedAt <= filter.until) &&
          (outcome === undefined || body.outcome === outcome) &&
          (serial === undefined || body.serial_number.toLowerCase() === serial.toLowerCase()),
      );
      const found = pages.flatMap(({ runs }) => runs);
      assert.deepEqual(
        found.map(({ id }) => id),
        expected.map(({ id }) => id).reverse(),
      );
      for (const { id, failed_measurement_count: count } of found) {
        const run = expected.find((each) => each.id === id);
        assert.ok(run);
        const failing = countingPhases(run).flatMap(({ measurements = [] }) =>
          (measurements ?? []).filter((each) => each.outcome === 'FAIL'),
        );
        assert.equal(count, run.body.outcome === 'PASS' ? 0 : failing.length);
      }
    }
  });

  it('get_run returns all that was pushed, or what failed', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const run = random.oneOf(random.pushed.runs);
      const limit = 1 + random.below(50);
      const all = await pagesOf((cursor) => ask(random.call, getRun, { run_id: run.id, phases: 'all', limit, cursor }));
      const failed = await pagesOf((cursor) =>
        ask(random.call, getRun, { run_id: run.id.toUpperCase(), limit, cursor }),
      );
      const valuesOf = (phases: ReturnType<typeof countingPhases>) =>
        phases.flatMap((phase) =>
          (phase.measurements ?? []).map(({ name, outcome, measured_value }) => [
            phase.name,
            name,
            outcome,
            measured_value,
          ]),
        );
      const shown = (pages: typeof all) =>
        pages
          .flatMap(({ measurements }) => measurements)
          .map(({ phase, name, outcome, value }) => [phase, name, outcome, value]);
      assert.deepEqual(shown(all), valuesOf(run.body.phases ?? []));
      assert.deepEqual(
        shown(failed),
        valuesOf(countingPhases(run)).filter(([, , outcome]) => outcome === 'FAIL'),
      );
      assert.deepEqual(
        all.flatMap(({ phases }) => phases).map(({ name, outcome }) => [name, outcome]),
        (run.body.phases ?? []).map(({ name, outcome }) => [name, outcome]),
      );
      assert.equal(all[0]?.run.outcome, run.body.outcome);
    }
  });

  it('get_run_logs returns the lines of a run in order', async () => {
    for (const run of random.pushed.runs.filter(({ body }) => (body.logs ?? []).length > 1).slice(0, 4)) {
      const pages = await pagesOf((cursor) =>
        ask(random.call, getRunLogs, { run_id: run.id, level: 'INFO', limit: 20, cursor }),
      );
      assert.deepEqual(
        pages.flatMap(({ logs }) => logs).map(({ message, level }) => [message, level]),
        (run.body.logs ?? []).filter(({ level }) => level !== 'DEBUG').map(({ message, level }) => [message, level]),
      );
    }
  });

  it('get_unit_history returns the runs of a unit, newest first', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const { body } = random.oneOf(random.pushed.runs);
      const input = { serial_number: body.serial_number.toUpperCase(), limit: 1 + random.below(10) };
      const pages = await pagesOf((cursor) => ask(random.call, getUnitHistory, { ...input, cursor }));
      assert.deepEqual(
        pages.flatMap(({ runs }) => runs).map(({ id }) => id),
        random.pushed.runs
          .filter((run) => run.body.serial_number === body.serial_number)
          .map(({ id }) => id)
          .reverse(),
      );
    }
  });

  it('compare_runs gives the differences of two runs in their order of time', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const [one, other] = [random.oneOf(random.pushed.runs), random.oneOf(random.pushed.runs)];
      const asked = pagesOf((cursor) =>
        ask(random.call, compareRuns, { run_id: one.id, other_run_id: other.id, limit: 1 + random.below(4), cursor }),
      );
      if (one === other) {
        await assert.rejects(asked, /give the id of another run/);
        continue;
      }
      const pages = await asked;
      const [left, right] = [one, other].sort((a, b) => a.startedAt - b.startedAt);
      assert.ok(left && right);
      assert.deepEqual([pages[0]?.left.id, pages[0]?.right.id], [left.id, right.id]);
      const rows = pages.flatMap(({ measurements }) => measurements);
      const row = rows.find(({ phase, name }) => phase === 'measure' && name === 'voltage');
      const [from, to] = [left, right].map((run) => valuesOf([run], 'measure', 'voltage')[0]);
      assert.ok(from && to);
      if (row === undefined) {
        assert.deepEqual([from.value, from.lower], [to.value, to.lower]);
        continue;
      }
      assertClose(row.difference, to.value - from.value);
      if (left.body.procedure_id !== right.body.procedure_id) {
        assert.equal(row.sigmas, null);
        continue;
      }
      const { measurements } = await ask(random.call, listMeasurements, {
        procedure: left.body.procedure_id,
        until: new Date(right.startedAt).toISOString(),
      });
      const { sigma, count } =
        measurements.find(({ phase, measurement }) => phase === 'measure' && measurement === 'voltage') ?? {};
      assert.equal(row.sigma_count, count);
      if ((count ?? 0) < 30) assert.equal(row.sigmas, null);
      else assertClose(row.sigmas, (to.value - from.value) / (sigma ?? NaN));
    }
  });
});
