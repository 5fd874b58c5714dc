import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import type * as z from 'zod';
import type { CallOperation } from '../../../src/shared/assistant/tool.ts';
import { getYield } from '../../../src/shared/assistant/tools/getYield.ts';
import { analytics } from '../../../src/shared/contract/analytics.ts';
import { procedures } from '../../../src/shared/contract/procedures.ts';

const procedure = {
  id: '11111111-1111-4111-8111-111111111111',
  name: 'FVT1',
  identifier: null,
  created_at: '2026-11-28T08:00:00Z',
  created_by_user: { id: '22222222-2222-4222-8222-222222222222', name: 'Ada', email: 'ada@example.com' },
  runs: [],
  linkedRepository: null,
};

/** Answers as a server with one procedure, of whose units this many passed. */
const serverWith = (units: number, passedFirst: number, passedLast: number): CallOperation => {
  const counts = { passed_first: passedFirst, passed_second: passedLast, passed_third: passedLast };
  const answers: Readonly<Record<string, unknown>> = {
    [procedures.list.id]: { data: [procedure], meta: { has_more: false, next_cursor: null } },
    [analytics.procedure.id]: {
      procedure: { id: procedure.id, name: procedure.name },
      time_zone: 'UTC',
      from: null,
      to: null,
      runs: units,
      yield: { units, ...counts, passed_last: passedLast },
      retests: { unit_days: 0, attempts: 0, retested: 0, failed_first: 0, recovered: 0 },
      durations: { count: 0, p50_ms: null, p90_ms: null, p95_ms: null, max_ms: null },
      days: [],
      groups: [],
      failures: [],
    },
  };
  return (operation) => Promise.resolve(parse<(typeof operation)['answer']>(operation.answer, answers[operation.id]));
};

const parse = <S extends z.ZodType>(schema: S, value: unknown): z.output<S> => schema.parse(value);

async function rowOf(units: number, passedFirst: number, passedLast: number) {
  const { rows } = getYield.output.parse(await getYield.answer({}, serverWith(units, passedFirst, passedLast)));
  const [row] = rows;
  assert.ok(row);
  return row;
}

describe('get_yield', () => {
  it('shows a percentage within its interval, with one decimal, and 100 only if all passed', async () => {
    const counts = fc
      .tuple(
        fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 10_000_000 })),
        fc.double({ min: 0, max: 1, noNaN: true }),
      )
      .map(([units, share]) => ({ units, passed: Math.round(share * units) }));
    await fc.assert(
      fc.asyncProperty(counts, async ({ units, passed }) => {
        const { first_pass_percent: percent, first_pass_interval: interval } = await rowOf(units, passed, units);
        assert.ok(percent !== null && interval !== null);
        assert.ok(interval.lower <= percent && percent <= interval.upper, `${passed} of ${units}: ${percent}`);
        assert.equal(percent === 100, passed === units);
        for (const each of [percent, interval.lower, interval.upper]) assert.equal(each, Number(each.toFixed(1)));
      }),
      { seed: 16, numRuns: 500 },
    );
  });

  it('rounds percentages down, and has none without units', async () => {
    const { first_pass_percent: first, final_percent: final } = await rowOf(10_000, 9_999, 10_000);
    assert.deepEqual([first, final], [99.9, 100]);
    const none = await rowOf(0, 0, 0);
    assert.deepEqual([none.first_pass_percent, none.final_percent, none.first_pass_interval], [null, null, null]);
  });
});
