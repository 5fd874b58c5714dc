import * as z from 'zod';
import { analytics } from '../../contract/analytics.ts';
import type { YieldCounts } from '../../contract/overview.ts';
import { procedures } from '../../contract/procedures.ts';
import { runs } from '../../contract/runs.ts';
import { wilsonInterval } from '../../statistics/wilson.ts';
import { sumOfYields } from '../../statistics/yield.ts';
import { type CallOperation, readingTool } from '../tool.ts';
import { ToolError } from '../toolError.ts';
import { AnswerPage, next, pageInputs } from './answerPage.ts';
import { given, startedIn, statisticsPeriodOf } from './inputs.ts';
import {
  analyticsQuery,
  appliedFilter,
  appliedFilterOf,
  countedRunsQuery,
  leftOut,
  statisticsFilterOf,
  statisticsInput,
} from './statisticsFilter.ts';
import { named, optionalStation } from './subjects.ts';

const counts = {
  runs: z.number().describe('All runs, also repeated and aborted ones.'),
  units: z.number().describe('Units, each once a day.'),
  passed_first: z.number().describe('Passed at the first attempt of the day.'),
  passed_second: z.number().describe('Passed by the second attempt.'),
  passed_third: z.number().describe('Passed by the third attempt.'),
  passed_last: z.number().describe('Passed by the last attempt.'),
  first_pass_percent: z.number().nullable().describe('One decimal, rounded down; null without units.'),
  final_percent: z.number().nullable(),
  first_pass_interval: z
    .object({ lower: z.number(), upper: z.number() })
    .nullable()
    .describe('95 % (Wilson), in percent with one decimal, rounded outward.'),
};

const row = z.object({
  date: z.string().optional(),
  station: z.object({ id: z.string().nullable(), name: named.shape.name }).optional(),
  procedure: named.optional(),
  ...counts,
});

const rule =
  'A unit counts once for each procedure and day, for the station of its first attempt. Passed units stay passed. ERROR and TIMEOUT ' +
  'are attempts that did not pass; aborted runs are no attempts.';

const citedRuns = 5;

export const getYield = readingTool({
  name: 'get_yield',
  title: 'Get Yield',
  description:
    'Returns first-pass and final yield with the counts they are made of, in total and by day, station or procedure. Without a procedure it ' +
    'compares all procedures. Without since, it covers 90 days. It counts units per day, not runs: do not compute a yield from find_runs. What failed is in top_failures. ' +
    'Quote the counts and the time range with each percentage, and say when there are few units: the interval shows how uncertain it is.',
  input: z.object({
    ...statisticsInput,
    procedure: statisticsInput.procedure.optional(),
    by: z.enum(['day', 'station', 'procedure']).optional().describe('By default day, or procedure if none is given.'),
    ...pageInputs,
  }),
  output: z.object({
    filter: appliedFilter,
    by: z.enum(['day', 'station', 'procedure']),
    total: z.object(counts).nullable().describe('Null if the procedures are not all on this page.'),
    rows: z.array(row).describe('Days newest first.'),
    newest_failed_run_ids: z.array(z.string()),
    rule: z.string(),
    next,
  }),
  async answer(input, call) {
    const page = new AnswerPage(input);
    const procedure = given(input.procedure);
    if (procedure === undefined) return ofAllProcedures({ ...input, by: input.by ?? 'procedure' }, page, call);
    const filter = await statisticsFilterOf(call, { ...input, procedure });
    const by = input.by ?? 'day';
    const query = { ...analyticsQuery(filter), split_by: 'station' as const };
    const found = await call(analytics.procedure, { params: { id: filter.procedure.id }, query });
    const rows = {
      day: () => found.days.map((day) => ({ date: day.date, ...countsOf(day) })).reverse(),
      station: () => found.groups.map((group) => ({ station: { id: group.id, name: group.name }, ...countsOf(group) })),
      procedure: () => [{ procedure: filter.procedure, ...countsOf(found) }],
    };
    const failed = await call(runs.list, {
      query: { ...countedRunsQuery(filter, found), outcomes: ['FAIL', 'ERROR', 'TIMEOUT'], limit: 4 * citedRuns },
    });
    const counted = failed.data.filter(({ gauge_study }) => gauge_study === undefined);
    return {
      filter: appliedFilterOf(filter, found),
      by,
      total: countsOf(found),
      rows: page.take(row, rows[by]()),
      newest_failed_run_ids: found.runs === 0 ? [] : counted.slice(0, citedRuns).map(({ id }) => id),
      rule,
      next: page.next,
    };
  },
});

interface ProceduresInput {
  readonly by: 'day' | 'station' | 'procedure';
  readonly station?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

async function ofAllProcedures({ by, ...input }: ProceduresInput, page: AnswerPage, call: CallOperation) {
  if (by !== 'procedure') throw new ToolError(`Give a procedure for a yield by ${by}, or ask for it by procedure.`);
  const range = statisticsPeriodOf(input);
  const station = await optionalStation(call, input.station);
  const isFirst = page.offset === 0;
  const { data, meta } = await call(procedures.list, { query: { limit: page.limit, cursor: page.offset } });
  const found = [];
  for (const { id } of data) {
    const query = { ...startedIn(range), ...(station === null ? {} : { station_ids: [station.id] }) };
    found.push(await call(analytics.procedure, { params: { id }, query }));
  }
  const rows = page.takeLoaded(
    row,
    found.map((each) => ({ procedure: each.procedure, ...countsOf(each) })),
    meta.has_more,
  );
  const all = { runs: sum(found.map(({ runs }) => runs)), yield: sumOfYields(found.map((each) => each.yield)) };
  return {
    filter: {
      procedure: null,
      station,
      ...range,
      attempts: 'all' as const,
      time_zone: found[0]?.time_zone ?? null,
      first_run_at: null,
      last_run_at: null,
      left_out: leftOut,
    },
    by,
    total: isFirst && page.next === null ? countsOf(all) : null,
    rows,
    newest_failed_run_ids: [],
    rule,
    next: page.next,
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function countsOf(figures: { readonly runs: number; readonly yield: YieldCounts }) {
  const { units, passed_first, passed_last } = figures.yield;
  const interval = wilsonInterval(passed_first, units);
  return {
    runs: figures.runs,
    ...figures.yield,
    first_pass_percent: percentOf(passed_first, units),
    final_percent: percentOf(passed_last, units),
    first_pass_interval:
      interval.kind === 'share'
        ? { lower: Math.floor(1000 * interval.lower) / 10, upper: Math.ceil(1000 * interval.upper) / 10 }
        : null,
  };
}

/** Returns a share in percent with one decimal. It is rounded down, so that 100 means all. */
const percentOf = (passed: number, units: number): number | null =>
  units === 0 ? null : Math.floor((1000 * passed) / units) / 10;
