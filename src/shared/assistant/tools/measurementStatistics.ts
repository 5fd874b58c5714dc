import * as z from 'zod';
import { analytics, type MeasurementSegment } from '../../contract/analytics.ts';
import { measurementType } from '../../contract/common.ts';
import { readingTool } from '../tool.ts';
import { untrustedName } from '../untrustedText.ts';
import { AnswerPage, next, pageInputs } from './answerPage.ts';
import { capabilityAnswer, capabilityAnswerOf } from './capabilityAnswer.ts';
import { findMeasurement, measurementInputs } from './measurementSubject.ts';
import { appliedFilter, appliedFilterOf, isoOrNull, statisticsFilterOf, statisticsInput } from './statisticsFilter.ts';

const newestValues = 5;

const figures = {
  count: z.number().describe('How often it was measured, or left without a value.'),
  failed: z.number(),
  value_count: z.number().describe('The n of mean and sigma: numeric values.'),
  mean: z.number().nullable(),
  sigma: z.number().nullable().describe('The standard deviation (n - 1) of all values.'),
  minimum: z.number().nullable(),
  maximum: z.number().nullable(),
};

const newestValue = z.object({
  value: z.number(),
  passed: z.boolean(),
  at: z.string(),
  run_id: z.string(),
  serial_number: untrustedName,
});

const segment = z.object({
  lower: z.number().nullable(),
  upper: z.number().nullable(),
  units: untrustedName.nullable(),
  first_run_at: z.string().nullable(),
  last_run_at: z.string().nullable(),
  ...figures,
});

const stationRow = z.object({
  id: z.string().nullable(),
  name: untrustedName,
  ...figures,
  capability: capabilityAnswer,
});

export const measurementStatistics = readingTool({
  name: 'measurement_statistics',
  title: 'Measurement Statistics',
  description:
    'Returns the figures of one measurement over the stored runs: n, failures, mean, standard deviation of all values and within stations, ' +
    'minimum, maximum, percentiles, limits, Ppk with its 95 % interval, and the same by station. Values with other limits or units are never ' +
    'mixed: figures are of the limits used last, earlier limits are listed. Where there are too few values it says so instead of a number: ' +
    'then say that, too. Without since, it covers 90 days. For the names use list_measurements; for new limits use suggest_limits.',
  input: z.object({
    ...statisticsInput,
    ...measurementInputs,
    attempts: z
      .enum(['all', 'first'])
      .optional()
      .describe('first: of a unit only the first run of each day. By default all.'),
    ...pageInputs,
  }),
  output: z.object({
    filter: appliedFilter,
    phase: untrustedName,
    measurement: untrustedName,
    type: measurementType,
    current: segment.extend({
      sigma_within: z.number().nullable().describe('From successive values of a station; null without them.'),
      percentiles: z.array(z.object({ percent: z.number(), value: z.number() })),
      capability: capabilityAnswer,
    }),
    newest_values: z.array(newestValue),
    by_station: z.array(stationRow).describe('Of the current limits.'),
    earlier_limits: z.array(segment).describe('Newest first. Their values are not in the figures of `current`.'),
    next,
  }),
  async answer(input, call) {
    const page = new AnswerPage(input);
    const filter = await statisticsFilterOf(call, input);
    const { phase_name, measurement_name, query } = await findMeasurement(call, filter, input);
    const params = { id: filter.procedure.id };
    const found = await call(analytics.measurement, { params, query: { ...query, split_by: 'station' as const } });
    const values = await call(analytics.values, { params, query: { ...query, limit: newestValues } });
    const current = found.segments.at(-1);
    if (current === undefined) throw new Error('A measurement that was found has no values.');
    const isNumeric = found.type === 'numeric';
    return {
      filter: appliedFilterOf(filter, found),
      phase: phase_name,
      measurement: measurement_name,
      type: found.type,
      current: {
        ...segmentOf(current),
        sigma_within: current.capability.kind === 'capability' ? current.capability.sigma_within : null,
        percentiles: current.percentiles,
        capability: capabilityAnswerOf(current.capability, isNumeric),
      },
      newest_values: page.take(
        newestValue,
        values.values
          .map((value, index) => ({
            value,
            passed: values.passed[index] === true,
            at: new Date(values.started_at[index] ?? 0).toISOString(),
            run_id: values.run_ids[index] ?? '',
            serial_number: values.serial_numbers[index] ?? '',
          }))
          .reverse(),
      ),
      by_station: page.take(
        stationRow,
        found.groups.map(({ id, name, capability, ...group }) => ({
          id,
          name,
          ...group,
          capability: capabilityAnswerOf(capability, isNumeric),
        })),
      ),
      earlier_limits: page.take(segment, found.segments.slice(0, -1).reverse().map(segmentOf)),
      next: page.next,
    };
  },
});

const segmentOf = ({ from, to, ...rest }: MeasurementSegment): z.input<typeof segment> => ({
  ...rest,
  first_run_at: isoOrNull(from),
  last_run_at: isoOrNull(to),
});
