import * as z from 'zod';
import { analytics, failureKind } from '../../contract/analytics.ts';
import { readingTool } from '../tool.ts';
import { untrustedName } from '../untrustedText.ts';
import { AnswerPage, next, pageInputs } from './answerPage.ts';
import { FailureExamples } from './failureExamples.ts';
import {
  analyticsQuery,
  appliedFilter,
  appliedFilterOf,
  statisticsFilterOf,
  statisticsInput,
} from './statisticsFilter.ts';

const defaultLimit = 10;

const cause = z.object({
  kind: failureKind.describe(
    'measurement: a value failed. The others failed without one, in a phase or outside of phases.',
  ),
  phase: untrustedName.nullable(),
  measurement: untrustedName.nullable(),
  first_runs: z.number().describe('Runs in which it failed first. They add up to failed_runs.'),
  first_units: z.number().describe('Units of those runs, each once a day.'),
  share_percent: z.number().describe('first_runs of failed_runs.'),
  runs: z.number().describe('Runs in which it failed at all.'),
  units: z.number(),
});

const shown = cause.extend({ example_run_ids: z.array(z.string()).describe('The newest runs in which it failed.') });

export const topFailures = readingTool({
  name: 'top_failures',
  title: 'Top Failures',
  description:
    'Returns what fails most in a procedure: the measurements, phases, errors and timeouts with their counts, their share of the failed ' +
    'runs and ids of example runs, most affected units first. A failed run is counted for the first thing that failed in it. Use it to ' +
    'decide what to look at; then read example runs with get_run and the values with measurement_statistics. Aborted runs are no failures. Without since, it covers 90 days.',
  input: z.object({
    ...statisticsInput,
    ...pageInputs,
    limit: pageInputs.limit.describe('How many causes: 1 to 50, by default 10.'),
  }),
  output: z.object({
    filter: appliedFilter,
    runs: z.number(),
    failed_runs: z.number(),
    causes: z.array(shown),
    next,
  }),
  async answer(input, call) {
    const page = new AnswerPage({ limit: input.limit ?? defaultLimit, cursor: input.cursor });
    const filter = await statisticsFilterOf(call, input);
    const found = await call(analytics.procedure, {
      params: { id: filter.procedure.id },
      query: analyticsQuery(filter),
    });
    const failedRuns = found.failures.reduce((sum, { first_runs }) => sum + first_runs, 0);
    const examples = new FailureExamples(call, filter, found);
    const causes = [];
    for (const failure of found.failures.slice(page.offset, page.offset + page.limit)) {
      causes.push({
        kind: failure.kind,
        phase: failure.phase_name,
        measurement: failure.measurement_name,
        first_runs: failure.first_runs,
        first_units: failure.first_units,
        share_percent: failedRuns === 0 ? 0 : Math.round((1000 * failure.first_runs) / failedRuns) / 10,
        runs: failure.runs,
        units: failure.units,
        example_run_ids: await examples.of(failure),
      });
    }
    return {
      filter: appliedFilterOf(filter, found),
      runs: found.runs,
      failed_runs: failedRuns,
      causes: page.takeLoaded(shown, causes, found.failures.length > page.offset + page.limit),
      next: page.next,
    };
  },
});
