import * as z from 'zod';
import { analytics } from '../../contract/analytics.ts';
import { measurementType } from '../../contract/common.ts';
import { readingTool } from '../tool.ts';
import { untrustedName } from '../untrustedText.ts';
import { AnswerPage, next, pageInputs } from './answerPage.ts';
import { capabilityAnswer, capabilityAnswerOf } from './capabilityAnswer.ts';
import {
  analyticsQuery,
  appliedFilter,
  appliedFilterOf,
  isoOrNull,
  statisticsFilterOf,
  statisticsInput,
} from './statisticsFilter.ts';

const row = z.object({
  phase: untrustedName,
  measurement: untrustedName,
  type: measurementType,
  units: untrustedName.nullable(),
  lower: z.number().nullable(),
  upper: z.number().nullable(),
  limits_changed_at: z
    .string()
    .nullable()
    .describe('If set, other limits were used before, whose values are not counted.'),
  count: z.number().describe('How often it was measured with these limits.'),
  failed: z.number(),
  mean: z.number().nullable(),
  sigma: z.number().nullable(),
  capability: capabilityAnswer.omit({ cpk: true }),
});

export const listMeasurements = readingTool({
  name: 'list_measurements',
  title: 'List Measurements',
  description:
    'Lists the measurements of a procedure with their phase, units, current limits, counts, mean, standard deviation and Ppk. Use it ' +
    'to find the exact names that measurement_statistics and suggest_limits need, and the measurements that are close to their limits. ' +
    'Without since, it covers 90 days.',
  input: z.object({ ...statisticsInput, ...pageInputs }),
  output: z.object({ filter: appliedFilter, measurement_count: z.number(), measurements: z.array(row), next }),
  async answer(input, call) {
    const page = new AnswerPage(input);
    const filter = await statisticsFilterOf(call, input);
    const found = await call(analytics.measurements, {
      params: { id: filter.procedure.id },
      query: analyticsQuery(filter),
    });
    const rows = found.measurements.map((summary) => ({
      phase: summary.phase_name,
      measurement: summary.measurement_name,
      type: summary.type,
      units: summary.units,
      lower: summary.lower,
      upper: summary.upper,
      limits_changed_at: isoOrNull(summary.limits_changed_at),
      count: summary.count,
      failed: summary.failed,
      mean: summary.mean,
      sigma: summary.sigma,
      capability: capabilityAnswerOf(summary.capability, summary.type === 'numeric'),
    }));
    return {
      filter: appliedFilterOf(filter, found),
      measurement_count: found.measurements.length,
      measurements: page.take(row, rows),
      next: page.next,
    };
  },
});
