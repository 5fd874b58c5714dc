import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import type { CallOperation } from '../../src/shared/assistant/tool.ts';
import { compareRuns } from '../../src/shared/assistant/tools/compareRuns.ts';
import { findRuns } from '../../src/shared/assistant/tools/findRuns.ts';
import { getRun } from '../../src/shared/assistant/tools/getRun.ts';
import { getRunLogs } from '../../src/shared/assistant/tools/getRunLogs.ts';
import { getUnitHistory } from '../../src/shared/assistant/tools/getUnitHistory.ts';
import { getYield } from '../../src/shared/assistant/tools/getYield.ts';
import { listMeasurements } from '../../src/shared/assistant/tools/listMeasurements.ts';
import { measurementStatistics } from '../../src/shared/assistant/tools/measurementStatistics.ts';
import { suggestLimits } from '../../src/shared/assistant/tools/suggestLimits.ts';
import { topFailures } from '../../src/shared/assistant/tools/topFailures.ts';
import type { Outcome } from '../../src/shared/contract/common.ts';
import {
  ask,
  type AssistantWorld,
  callAsUser,
  countingPhases,
  failuresIn,
  firstFailure,
  firstRunAt,
  pagesOf,
  type PushedRun,
  pushWorld,
  zone,
} from './assistantWorld.ts';
import { useServer } from './bench.ts';
import { randomNumbers } from './random.ts';

const seed = Number(process.env['ASSISTANT_SEED'] ?? Date.now() % 1_000_000);
const rounds = Number(process.env['ASSISTANT_ROUNDS'] ?? 12);
const hour = 3_600_000;
const outcomes: Outcome[] = ['PASS', 'FAIL', 'ERROR', 'TIMEOUT', 'ABORTED'];

const dateAt = (at: number): string => new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(at);

/** Writes a time in another zone, as assistants do. */
const inZone = (at: number): string => `${new Date(at + 2 * hour).toISOString().slice(0, -1)}+02:00`;

interface Filter {
  procedure: string;
  station: string | undefined;
  since: number | undefined;
  until: number | undefined;
}

function isClose(actual: number | null, expected: number): void {
  assert.ok(actual !== null && Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected)));
}

describe(`the tools of assistants (ASSISTANT_SEED=${seed} ASSISTANT_ROUNDS=${rounds})`, function () {
  this.timeout(300_000);
  const bench = useServer({ TZ: zone });
  const random = randomNumbers(seed);
  const below = (most: number): number => Math.floor(random() * most);
  const oneOf = <T>(all: readonly T[]): T => {
    const one = all[below(all.length)];
    assert.ok(one !== undefined);
    return one;
  };
  let world: AssistantWorld;
  let call: CallOperation;

  before(async () => {
    call = callAsUser(bench);
    world = await pushWorld(bench, random, 160);
  });

  function randomFilter(): Filter {
    const [one, other] = [firstRunAt + below(60 * hour), firstRunAt + below(60 * hour)];
    return {
      procedure: oneOf(world.procedures),
      station: random() < 0.4 ? oneOf(world.stations) : undefined,
      since: random() < 0.5 ? Math.min(one, other) : undefined,
      until: random() < 0.5 ? Math.max(one, other) : undefined,
    };
  }

  const inputOf = ({ procedure, station, since, until }: Filter) => ({
    procedure,
    station,
    since: since === undefined ? undefined : inZone(since),
    until: until === undefined ? undefined : inZone(until),
  });

  /** The runs that statistics count: of whole days. */
  const counted = ({ procedure, station, since, until }: Filter): PushedRun[] =>
    world.runs.filter(
      (run) =>
        run.body.procedure_id === procedure &&
        !run.isReference &&
        (station === undefined || run.station === station) &&
        (since === undefined || dateAt(run.startedAt) >= dateAt(since)) &&
        (until === undefined || dateAt(run.startedAt) <= dateAt(until)),
    );

  it('find_runs finds exactly the runs of random filters, page by page', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const { procedure, ...filter } = randomFilter();
      const outcome = random() < 0.5 ? oneOf(outcomes) : undefined;
      const serial = random() < 0.3 ? `uNiT-${below(20)}` : undefined;
      const given = { ...inputOf({ procedure, ...filter }), procedure: random() < 0.5 ? procedure : undefined };
      const limit = 1 + below(50);
      const pages = await pagesOf((cursor) =>
        ask(call, findRuns, { ...given, outcome, serial_number: serial, limit, cursor }),
      );
      const expected = world.runs.filter(
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
      const run = oneOf(world.runs);
      const limit = 1 + below(50);
      const all = await pagesOf((cursor) => ask(call, getRun, { run_id: run.id, phases: 'all', limit, cursor }));
      const failed = await pagesOf((cursor) => ask(call, getRun, { run_id: run.id.toUpperCase(), limit, cursor }));
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
    for (const run of world.runs.filter(({ body }) => (body.logs ?? []).length > 1).slice(0, 4)) {
      const pages = await pagesOf((cursor) =>
        ask(call, getRunLogs, { run_id: run.id, level: 'INFO', limit: 20, cursor }),
      );
      assert.deepEqual(
        pages.flatMap(({ logs }) => logs).map(({ message, level }) => [message, level]),
        (run.body.logs ?? []).filter(({ level }) => level !== 'DEBUG').map(({ message, level }) => [message, level]),
      );
    }
  });

  it('get_unit_history returns the runs of a unit, newest first', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const { body } = oneOf(world.runs);
      const input = { serial_number: body.serial_number.toUpperCase(), limit: 1 + below(10) };
      const pages = await pagesOf((cursor) => ask(call, getUnitHistory, { ...input, cursor }));
      assert.deepEqual(
        pages.flatMap(({ runs }) => runs).map(({ id }) => id),
        world.runs
          .filter((run) => run.body.serial_number === body.serial_number)
          .map(({ id }) => id)
          .reverse(),
      );
    }
  });

  it('get_yield counts units per day, in total and for each day', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const filter = { ...randomFilter(), station: undefined };
      const limit = 1 + below(3);
      const pages = await pagesOf((cursor) => ask(call, getYield, { ...inputOf(filter), by: 'day', limit, cursor }));
      const runs = counted(filter);
      const byDay = Map.groupBy(runs, ({ startedAt }) => dateAt(startedAt));
      const expected = [...byDay]
        .sort(([a], [b]) => (a < b ? 1 : -1))
        .map(([date, ofDay]) => ({ date, ...yieldBySentences(ofDay) }));
      assert.deepEqual(
        pages
          .flatMap(({ rows }) => rows)
          .map(({ date, units, passed_first: first, passed_last: last }) => ({ date, units, first, last })),
        expected,
      );
      const total = pages[0]?.total;
      assert.ok(total);
      const sum = (name: 'units' | 'first' | 'last'): number => expected.reduce((all, day) => all + day[name], 0);
      assert.deepEqual(
        [total.runs, total.units, total.passed_first, total.passed_last],
        [runs.length, sum('units'), sum('first'), sum('last')],
      );
      assert.equal(total.final_percent, sum('units') === 0 ? null : Math.floor((100 * sum('last')) / sum('units')));
      const failed = runs.filter(({ body }) => ['FAIL', 'ERROR', 'TIMEOUT'].includes(body.outcome));
      assert.deepEqual(
        pages[0]?.newest_failed_run_ids,
        failed
          .map(({ id }) => id)
          .reverse()
          .slice(0, 5),
      );
    }
  });

  it('get_yield compares procedures as it counts each of them', async () => {
    const { rows, total } = await ask(call, getYield, {});
    const expected = world.procedures.map((procedure) => {
      const runs = counted({ procedure, station: undefined, since: undefined, until: undefined });
      const days = [...Map.groupBy(runs, ({ startedAt }) => dateAt(startedAt)).values()].map(yieldBySentences);
      return { id: procedure, units: days.reduce((sum, { units }) => sum + units, 0) };
    });
    assert.deepEqual(
      rows.map(({ procedure, units }) => ({ id: procedure?.id, units })),
      expected.reverse(),
    );
    assert.equal(
      total?.units,
      expected.reduce((sum, { units }) => sum + units, 0),
    );
  });

  it('top_failures counts each failed run once, and cites runs in which it failed', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const filter = randomFilter();
      const runs = counted(filter);
      const pages = await pagesOf((cursor) => ask(call, topFailures, { ...inputOf(filter), limit: 2, cursor }));
      const causes = pages.flatMap((page) => page.causes);
      const failed = runs.filter((run) => firstFailure(run) !== null);
      assert.equal(pages[0]?.failed_runs, failed.length);
      assert.equal(
        causes.reduce((sum, { first_runs }) => sum + first_runs, 0),
        failed.length,
      );
      for (const { kind, phase, measurement, example_run_ids, ...counts } of causes) {
        const name = [kind, phase, measurement].filter((part) => part !== null).join(' ');
        const having = failed.filter((run) => failuresIn(run).includes(name));
        assert.equal(counts.first_runs, failed.filter((run) => firstFailure(run) === name).length, name);
        assert.equal(counts.runs, having.length, name);
        assert.deepEqual(
          example_run_ids,
          having
            .map(({ id }) => id)
            .reverse()
            .slice(0, 3),
          name,
        );
      }
    }
  });

  it('measurement_statistics has the figures of the current limits', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const filter = randomFilter();
      const found = valuesOf(counted(filter), 'measure', 'voltage');
      const asked = ask(call, measurementStatistics, { ...inputOf(filter), phase: 'measure', measurement: 'voltage' });
      if (found.length === 0) {
        await assert.rejects(asked, /widen the filter|list_measurements/);
        continue;
      }
      const { current, newest_values } = await asked;
      const limit = found.at(-1)?.lower ?? null;
      const values = found.filter(({ lower }) => lower === limit).map(({ value }) => value);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      assert.deepEqual(
        [current.lower, current.value_count, current.failed],
        [limit, values.length, found.filter(({ lower, isFailed }) => lower === limit && isFailed).length],
      );
      isClose(current.mean, mean);
      if (values.length > 1) {
        isClose(
          current.sigma,
          Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)),
        );
      }
      const { ppk, sentence } = current.capability;
      if (values.length < 10) {
        assert.equal(ppk, null);
        assert.equal(sentence, `Ppk needs 10 values; there are ${values.length}.`);
      } else {
        isClose(ppk?.value ?? null, Math.min(mean - (limit ?? 0), 3.45 - mean) / (3 * (current.sigma ?? 0)));
      }
      assert.deepEqual(
        newest_values.map(({ run_id }) => run_id),
        found
          .map(({ run }) => run)
          .reverse()
          .slice(0, 5),
      );
    }
  });

  it('suggest_limits says which units would change their verdict', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const filter = randomFilter();
      const found = valuesOf(counted(filter), 'power', 'voltage');
      if (found.length === 0) continue;
      const lower = 4.8 + random() / 10;
      const { proposals, ...answer } = await ask(call, suggestLimits, {
        ...inputOf(filter),
        phase: 'power',
        measurement: 'voltage',
        lower,
      });
      const newest = new Map(found.map((each) => [each.serial, each]));
      const would = [...newest.values()];
      const given = proposals.find(({ method }) => method === 'given');
      assert.deepEqual(
        [answer.value_count, answer.unit_count, given?.units_to_fail, given?.units_to_pass],
        [
          found.length,
          newest.size,
          would.filter(({ value, isFailed }) => !isFailed && value < lower).length,
          would.filter(({ value, isFailed }) => isFailed && value >= lower).length,
        ],
      );
      for (const proposal of proposals.filter(({ method }) => method.startsWith('percentiles'))) {
        const needed = proposal.method === 'percentiles_1_99' ? 100 : 1000;
        assert.equal(proposal.refusal === null, found.length >= needed);
      }
    }
  });

  it('compare_runs gives the differences of two runs in their order of time', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const [one, other] = [oneOf(world.runs), oneOf(world.runs)];
      const asked = pagesOf((cursor) =>
        ask(call, compareRuns, { run_id: one.id, other_run_id: other.id, limit: 1 + below(4), cursor }),
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
      isClose(row.difference, to.value - from.value);
      if (left.body.procedure_id !== right.body.procedure_id) {
        assert.equal(row.sigmas, null);
        continue;
      }
      const { measurements } = await ask(call, listMeasurements, { procedure: left.body.procedure_id });
      const { sigma, count } =
        measurements.find(({ phase, measurement }) => phase === 'measure' && measurement === 'voltage') ?? {};
      assert.equal(row.sigma_count, count);
      if ((count ?? 0) < 30) assert.equal(row.sigmas, null);
      else isClose(row.sigmas, (to.value - from.value) / (sigma ?? NaN));
    }
  });
});

/** The yield of a day as its sentences say it. @param runs of one procedure and day, oldest first */
function yieldBySentences(runs: readonly PushedRun[]) {
  const attempts = runs.filter(({ body }) => body.outcome !== 'ABORTED');
  const ofUnits = [...Map.groupBy(attempts, ({ body }) => body.serial_number).values()];
  const passes = ofUnits.map((ofUnit) => ofUnit.map(({ body }) => body.outcome === 'PASS'));
  return {
    units: passes.length,
    first: passes.filter(([first]) => first === true).length,
    last: passes.filter((each) => each.includes(true)).length,
  };
}

/** Returns the values of a measurement in the attempts that count, oldest first. */
function valuesOf(runs: readonly PushedRun[], phaseName: string, name: string) {
  return runs.flatMap((run) =>
    countingPhases(run)
      .filter((phase) => phase.name === phaseName)
      .flatMap((phase) => phase.measurements ?? [])
      .filter((measurement) => measurement.name === name)
      .map(({ measured_value, lower_limit, outcome }) => ({
        run: run.id,
        serial: run.body.serial_number,
        value: Number(measured_value),
        lower: lower_limit == null ? null : Number(lower_limit),
        isFailed: outcome === 'FAIL',
      })),
  );
}
