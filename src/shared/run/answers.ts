import * as z from 'zod';
import { exactNumber, points } from '../contract/common.ts';
import type { MeasurementAnswer, SequenceAnswer, ValidatorAnswer } from '../contract/runs.ts';
import { toIsoDuration } from '../format/duration.ts';
import type { NewAggregation, NewRunContext, NewSeries, NewValidator } from './newRun.ts';

export const seriesAnswer = (s: NewSeries): NonNullable<MeasurementAnswer['data_series']>[number] => ({
  data: s.data,
  units: s.units,
  name: s.name,
  description: s.description,
  validators: validatorAnswers(s.validators),
  aggregations: aggregationAnswers(s.aggregations),
});

export const aggregationAnswers = (aggregations: readonly NewAggregation[]) =>
  aggregations.length === 0
    ? null
    : aggregations.map(({ validators, ...rest }) => ({ ...rest, validators: validatorAnswers(validators) }));

export const validatorAnswers = (validators: readonly NewValidator[]): ValidatorAnswer[] | null =>
  validators.length === 0 ? null : validators.map(validatorAnswer);

const validatorAnswer = (validator: NewValidator): ValidatorAnswer => ({
  ...validator,
  expected_value: readableExpected(validator.expected_value),
  is_expression_only: validator.operator === null,
  analytics_expression: null,
});

const readable = z.union([z.boolean(), exactNumber, z.string(), points, z.array(z.string())]).nullable();

/** Returns an expected value that the official clients can read. They send any JSON but reject some of it in answers. */
const readableExpected = (value: unknown): unknown =>
  readable.safeParse(value).success ? value : JSON.stringify(value);

export const sequenceAnswer = (s: NewRunContext['sequences'][number]): SequenceAnswer => ({
  id: s.id,
  path: s.path,
  key: s.path.slice(s.path.lastIndexOf('/') + 1),
  parent_path: s.path.includes('/') ? s.path.slice(0, s.path.lastIndexOf('/')) : null,
  name: s.name,
  source: s.source,
  outcome: s.outcome,
  started_at: s.startedAt === null ? null : new Date(s.startedAt).toISOString(),
  ended_at: s.endedAt === null ? null : new Date(s.endedAt).toISOString(),
  duration: s.startedAt === null || s.endedAt === null ? null : toIsoDuration(s.endedAt - s.startedAt),
});
