import * as z from 'zod';
import {
  byId,
  id,
  logLevel,
  many,
  measurementOutcome,
  operation,
  outcome,
  page,
  pageQuery,
  phaseOutcome,
  timestamp,
} from './common.ts';

const by = z.object({ id: z.string(), name: z.string().nullable(), email: z.string().nullable() }).nullish();

const validator = z.object({
  outcome: measurementOutcome,
  operator: z.string().nullable(),
  expected_value: z.unknown(),
  expression: z.string(),
  is_decisive: z.boolean().nullable(),
  is_expression_only: z.boolean(),
  analytics_expression: z.string().nullable(),
  has_custom_expression: z.boolean(),
});
export type ValidatorAnswer = z.infer<typeof validator>;

const aggregation = z.object({
  id,
  type: z.string(),
  outcome: measurementOutcome.nullable(),
  value: z.unknown(),
  unit: z.string().nullish(),
  validators: z.array(validator).nullish(),
});

const measurement = z.object({
  id,
  name: z.string(),
  outcome: measurementOutcome,
  units: z.string().nullable(),
  validators: z.array(validator).nullable(),
  aggregations: z.array(aggregation).nullish(),
  measured_value: z.unknown().optional(),
  data_series: z
    .array(
      z.object({
        data: z.array(z.number()),
        units: z.string().nullable(),
        validators: z.array(validator).nullish(),
        aggregations: z.array(aggregation).nullish(),
      }),
    )
    .optional(),
});

const phase = z.object({
  id,
  name: z.string(),
  outcome: phaseOutcome,
  started_at: timestamp,
  ended_at: timestamp,
  duration: z.string(),
  retry_count: z.number().int(),
  docstring: z.string().nullish(),
  measurements: z.array(measurement),
});

export const runListItem = z.object({
  id,
  created_at: timestamp,
  started_at: timestamp,
  ended_at: timestamp,
  /** ISO 8601 duration. */
  duration: z.string(),
  outcome,
  procedure: z.object({
    id,
    name: z.string(),
    version: z.object({ id, tag: z.string() }).nullable(),
  }),
  unit: z.object({
    id,
    serial_number: z.string(),
    part: z.object({
      id,
      number: z.string(),
      name: z.string(),
      revision: z.object({ id, number: z.string() }),
    }),
    batch: z.object({ id, number: z.string() }).nullish(),
  }),
  created_by_user: by,
  created_by_station: z.object({ id, name: z.string() }).nullish(),
  operated_by: by,
});
export type RunListItem = z.infer<typeof runListItem>;

export const run = runListItem.extend({
  docstring: z.string().nullish(),
  phases: z.array(phase),
  attachments: z.array(
    z.object({
      id,
      name: z.string(),
      size: z.number().nullable(),
      content_type: z.string().nullable(),
      is_report: z.boolean(),
      download_url: z.string().nullish(),
    }),
  ),
  logs: z.array(
    z.object({
      id,
      level: logLevel,
      timestamp,
      message: z.string(),
      source_file: z.string(),
      line_number: z.number(),
    }),
  ),
  sub_units: z.array(
    z.object({ id, serial_number: z.string(), part_number: z.string(), part_name: z.string().nullable() }),
  ),
});
export type Run = z.infer<typeof run>;

export const runs = {
  list: operation({
    id: 'runs.list',
    method: 'GET',
    path: '/api/v2/runs',
    access: ['user', 'station'],
    query: pageQuery.extend({
      search_query: z.string().optional(),
      ids: many(id),
      outcomes: many(outcome),
      procedure_ids: many(id),
      serial_numbers: many(z.string()),
      part_numbers: many(z.string()),
      created_by_station_ids: many(id),
      started_after: timestamp.optional(),
      started_before: timestamp.optional(),
      sort_by: z.enum(['started_at', 'created_at']).default('started_at'),
      sort_order: z.enum(['asc', 'desc']).default('desc'),
    }),
    answer: page(runListItem),
  }),
  get: operation({
    id: 'runs.get',
    method: 'GET',
    path: '/api/v2/runs/{id}',
    access: ['user', 'station'],
    params: byId,
    answer: run,
  }),
} as const;
