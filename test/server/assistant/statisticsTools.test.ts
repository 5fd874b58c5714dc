import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { getYield } from '../../../src/shared/assistant/tools/getYield.ts';
import { measurementStatistics } from '../../../src/shared/assistant/tools/measurementStatistics.ts';
import { suggestLimits } from '../../../src/shared/assistant/tools/suggestLimits.ts';
import { topFailures } from '../../../src/shared/assistant/tools/topFailures.ts';
import { ask, failuresIn, firstFailure, pagesOf, type PushedRun } from './assistantWorld.ts';
import { assertClose, dateAt, inputOf, RandomWorld, rounds, seed, valuesOf } from './randomWorld.ts';

describe(`the tools of statistics (ASSISTANT_SEED=${seed} ASSISTANT_ROUNDS=${rounds})`, function () {
  this.timeout(300_000);
  const random = new RandomWorld();

  it('get_yield counts units per day, in total and for each day', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const filter = { ...random.filter(), station: undefined };
      const limit = 1 + random.below(3);
      const pages = await pagesOf((cursor) =>
        ask(random.call, getYield, { ...inputOf(filter), by: 'day', limit, cursor }),
      );
      const runs = random.counted(filter);
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
      assert.equal(
        total.final_percent,
        sum('units') === 0 ? null : Math.floor((1000 * sum('last')) / sum('units')) / 10,
      );
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
    const { rows, total } = await ask(random.call, getYield, {});
    const expected = random.pushed.procedures.map((procedure) => {
      const runs = random.counted({ procedure, station: undefined, since: undefined, until: undefined });
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
      const filter = random.filter();
      const runs = random.counted(filter);
      const pages = await pagesOf((cursor) => ask(random.call, topFailures, { ...inputOf(filter), limit: 2, cursor }));
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
      const filter = random.filter();
      const found = valuesOf(random.counted(filter), 'measure', 'voltage');
      const asked = ask(random.call, measurementStatistics, {
        ...inputOf(filter),
        phase: 'measure',
        measurement: 'voltage',
      });
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
      assertClose(current.mean, mean);
      if (values.length > 1) {
        assertClose(
          current.sigma,
          Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)),
        );
      }
      const { ppk, sentence } = current.capability;
      if (values.length < 10) {
        assert.equal(ppk, null);
        assert.equal(sentence, `Ppk needs 10 values; there are ${values.length}.`);
      } else {
        assertClose(ppk?.value ?? null, Math.min(mean - (limit ?? 0), 3.45 - mean) / (3 * (current.sigma ?? 0)));
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
      const filter = random.filter();
      const all = valuesOf(random.counted(filter), 'power', 'voltage');
      if (all.length === 0) continue;
      const newest_values = 1 + random.below(all.length + 1);
      const found = all.slice(-newest_values);
      const lower = 4.8 + random.random() / 10;
      const { proposals, ...answer } = await ask(random.call, suggestLimits, {
        ...inputOf(filter),
        phase: 'power',
        measurement: 'voltage',
        lower,
        newest_values,
      });
      const newest = new Map(found.map((each) => [each.serial, each]));
      const would = [...newest.values()];
      const given = proposals.find(({ method }) => method === 'given');
      assert.deepEqual(
        [answer.value_count, answer.has_older_values, answer.unit_count, given?.units_to_fail, given?.units_to_pass],
        [
          found.length,
          all.length > found.length,
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
