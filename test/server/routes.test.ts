import assert from 'node:assert/strict';
import fc from 'fast-check';
import { before, describe, it } from 'mocha';
import { StationApi } from '../../src/extension/client/stationApi.ts';
import { analytics } from '../../src/shared/contract/analytics.ts';
import type { Answer } from '../../src/shared/contract/operation.ts';
import { procedures } from '../../src/shared/contract/procedures.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { units } from '../../src/shared/contract/units.ts';
import { adminKey, useServer } from './bench.ts';

const zone = 'America/Santiago'; // The clocks change at midnight on 2026-09-06.
const noon = Date.parse('2026-09-06T15:00:00Z');
const hour = 3_600_000;
const seed = Number(process.env['ANALYTICS_SEED'] ?? 20261128);
/** `Board` is tested with all procedures, `Cable` with the first alone, `Case` with the first and, seldom, the last. */
const partsOf = ['Board', 'Board', 'Board', 'Cable', 'Case'] as const;
type Part = (typeof partsOf)[number];

const run = fc
  .record({
    part: fc.constantFrom(...partsOf),
    procedure: fc.integer({ min: 0, max: 3 }),
    unit: fc.integer({ min: 0, max: 24 }),
    revision: fc.constantFrom('A', 'B'),
    outcome: fc.constantFrom('PASS', 'PASS', 'PASS', 'FAIL', 'ERROR', 'TIMEOUT', 'ABORTED'),
    at: fc.integer({ min: noon - 60 * hour, max: noon + 60 * hour }),
  })
  .map((each) => ({ ...each, procedure: procedureOf(each) }));
type RandomRun = typeof run extends fc.Arbitrary<infer T> ? T : never;

function procedureOf({ part, procedure, unit }: { part: Part; procedure: number; unit: number }): number {
  if (part === 'Cable') return 0;
  if (part === 'Case') return unit === 0 ? 2 : 0;
  return procedure % 3;
}

const serialOf = ({ part, unit, revision }: RandomRun): string => `${part}-${revision}-${unit}`;
const golden = 'Board-A-0';

describe(`the rolled throughput yield of a route (ANALYTICS_SEED=${seed})`, function () {
  this.timeout(120_000);
  const bench = useServer(['--time-zone', zone]);
  const pushed = fc.sample(run, { numRuns: 400, seed });
  let api: StationApi;
  const ids: string[] = [];

  before(async () => {
    api = new StationApi(bench.server.url, adminKey);
    for (const name of ['Step 2', 'Step 10', 'Step 1']) {
      ids.push((await api.call(procedures.create, { body: { name } })).id);
    }
    for (const each of pushed) {
      await api.call(runs.create, {
        body: {
          procedure_id: ids[each.procedure] ?? '',
          serial_number: serialOf(each),
          part_number: each.part,
          revision_number: each.revision,
          outcome: each.outcome,
          started_at: new Date(each.at).toISOString(),
          ended_at: new Date(each.at + 60_000).toISOString(),
        },
      });
    }
    await api.call(units.update, { params: { serial_number: golden }, body: { sample: 'golden' } });
  });

  const dateAt = (at: number): string => new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(at);

  const ask = (procedure: number, query = {}): Promise<Answer<typeof analytics.routes>> =>
    api.call(analytics.routes, { params: { id: ids[procedure] ?? '' }, query });

  /** Counts the units of a part and a procedure, day by day, in the plainest way. */
  function counted(part: Part, procedure: number, isInRange: (at: number) => boolean) {
    const found = pushed
      .filter((each) => each.part === part && each.procedure === procedure && isInRange(each.at))
      .filter((each) => serialOf(each) !== golden)
      .sort((a, b) => a.at - b.at);
    const attempts = found.filter(({ outcome }) => outcome !== 'ABORTED');
    const days = [...Map.groupBy(attempts, (each) => `${serialOf(each)} ${dateAt(each.at)}`).values()];
    return {
      procedure: { id: ids[procedure], name: ['Step 2', 'Step 10', 'Step 1'][procedure] },
      runs: found.length,
      units: days.length,
      passed_first: days.filter(([first]) => first?.outcome === 'PASS').length,
    };
  }

  it('is the product of the first-pass yields of the procedures of the part, in the order of their names', async () => {
    const { routes, omitted_parts } = await ask(0);
    assert.deepEqual([routes.map(({ part }) => part.number), omitted_parts], [['Board', 'Case'], 0]);
    const steps = [2, 0, 1].map((procedure) => counted('Board', procedure, () => true));
    assert.deepEqual(routes[0]?.steps, steps);
    const product = steps.reduce((all, { passed_first, units }) => (all * passed_first) / units, 1);
    assert.ok(Math.abs((routes[0].rolled_throughput_yield ?? NaN) - product) < 1e-12);
  });

  it('is the same on the page of each procedure of the part', async () => {
    const [first, ...others] = await Promise.all([ask(0), ask(1), ask(2)]);
    const board = (answer: typeof first) => answer.routes.find(({ part }) => part.number === 'Board');
    for (const other of others) assert.deepEqual(board(other), board(first));
  });

  it('is unknown while a procedure has fewer units than are needed', async () => {
    const { routes, needed_units } = await ask(0);
    const cases = routes.find(({ part }) => part.number === 'Case');
    assert.deepEqual(cases?.steps, [counted('Case', 2, () => true), counted('Case', 0, () => true)]);
    assert.ok(cases.steps.some(({ units }) => units < needed_units));
    assert.equal(cases.rolled_throughput_yield, null);
  });

  it('is of the days that are asked for, each as a whole', async () => {
    const range = { started_after: '2026-09-06T15:00:00Z', started_before: '2026-09-07T20:00:00Z' };
    const isInRange = (at: number): boolean => ['2026-09-06', '2026-09-07'].includes(dateAt(at));
    const { routes } = await ask(1, range);
    assert.deepEqual(
      routes[0]?.steps,
      [2, 0, 1].map((procedure) => counted('Board', procedure, isInRange)),
    );
  });

  it('follows a run that is pushed later', async () => {
    const units = async (): Promise<number> => (await ask(1)).routes[0]?.steps[0]?.units ?? 0;
    const before = await units();
    await api.call(runs.create, {
      body: {
        procedure_id: ids[2] ?? '',
        serial_number: 'Board-late',
        part_number: 'Board',
        outcome: 'PASS',
        started_at: new Date(noon).toISOString(),
        ended_at: new Date(noon + 1000).toISOString(),
      },
    });
    assert.equal(await units(), before + 1);
  });

  it('does not exist where a part is tested with a single procedure, or nothing was tested', async () => {
    assert.deepEqual((await ask(1, { started_after: '2027-01-01T00:00:00Z' })).routes, []);
    const { routes } = await ask(0);
    assert.ok(routes.every(({ part }) => part.number !== 'Cable'));
  });
});
