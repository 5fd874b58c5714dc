import * as z from 'zod';
import {
  byId,
  exactNumber,
  id,
  logFields,
  logLevel,
  many,
  measurementOutcome,
  measurementType,
  named,
  operation,
  outcome,
  page,
  pageQuery,
  phaseOutcome,
  sortOrder,
  timestamp,
} from './common.ts';
import { durationQuery, measurement, operatorQuery, phase, runFilterQuery, startQuery, validator } from './runs.ts';
import { sample } from './units.ts';

/** Filters of phases and measurements. `ids`, starts and durations refer to the runs. */
const rows = {
  procedure_id: id,
  ids: many(id),
  ...runFilterQuery,
  ...operatorQuery,
  ...durationQuery,
  ...startQuery,
  exclude_retries: z.stringbool().default(false),
  sort_order: sortOrder,
};

export const phaseRow = z.object({
  id,
  name: z.string(),
  outcome: phaseOutcome,
  started_at: timestamp,
  ended_at: timestamp,
  duration_ms: z.number().int(),
  retry_count: z.number().int(),
  sequence_path: z.string().nullable(),
  is_final_attempt: z.boolean(),
  run_id: id,
  run_outcome: outcome,
  serial_number: z.string(),
  sample: sample.nullable(),
});
export type PhaseRow = z.infer<typeof phaseRow>;

export const phases = {
  list: operation('phases.list', 'GET', '/api/v2/phases', {
    access: ['user', 'station'],
    query: pageQuery.extend({
      ...rows,
      names: many(z.string()),
      outcomes: many(phaseOutcome),
      sequence_paths: many(z.string()),
      run_outcomes: many(outcome),
      sort_by: z.enum(['started_at', 'duration', 'outcome', 'serial_number', 'phase_name']).default('started_at'),
    }),
    answer: page(phaseRow),
  }),
  get: operation('phases.get', 'GET', '/api/v2/phases/{id}', {
    access: ['user', 'station'],
    params: byId,
    answer: phase.extend({ run: z.object({ id, serial_number: z.string() }), procedure: named }),
    refusals: [404],
  }),
} as const;

export const measurementRow = z.object({
  id,
  phase_name: z.string(),
  measurement_name: z.string(),
  started_at: timestamp,
  value: exactNumber.nullable(),
  bool_value: z.boolean().nullable(),
  string_value: z.string().nullable(),
  units: z.string().nullable(),
  measurement_outcome: measurementOutcome,
  run_id: id,
  serial_number: z.string(),
  sample: sample.nullable(),
  measurement_type: measurementType,
  retry_count: z.number().int(),
  is_final_attempt: z.boolean(),
  validators: z.array(validator).nullable(),
});
export type MeasurementRow = z.infer<typeof measurementRow>;

export const measurements = {
  list: operation('measurements.list', 'GET', '/api/v2/measurements', {
    access: ['user', 'station'],
    query: pageQuery.extend({
      ...rows,
      phase_name: z.string().optional(),
      phase_names: many(z.string()),
      measurement_name: z.string().optional(),
      outcomes: many(outcome),
      value_min: z.coerce.number().optional(),
      value_max: z.coerce.number().optional(),
      value_bool: z.stringbool().optional(),
      value_strings: many(z.string()),
      measurement_outcomes: many(measurementOutcome),
      measurement_types: many(measurementType),
      sort_by: z
        .enum(['started_at', 'value', 'outcome', 'serial_number', 'phase_name', 'measurement_name'])
        .default('started_at'),
    }),
    answer: page(measurementRow),
  }),
  get: operation('measurements.get', 'GET', '/api/v2/measurements/{id}', {
    access: ['user', 'station'],
    params: byId,
    answer: measurement.extend({
      phase: named,
      run: z.object({ id, outcome, serial_number: z.string() }),
      procedure: named,
    }),
    refusals: [404],
  }),
} as const;

export const logEntry = z.object({
  id,
  created_at: timestamp,
  ...logFields,
  run: z.object({ id, outcome, started_at: timestamp }),
  unit: z.object({ id, serial_number: z.string() }),
  procedure: named,
  created_by_user: z.object({ id, name: z.string().nullable(), email: z.string().nullable() }).nullable(),
  created_by_station: named.nullable(),
});
export type LogEntry = z.infer<typeof logEntry>;

export const logs = {
  list: operation('logs.list', 'GET', '/api/v2/logs', {
    access: ['user', 'station'],
    query: pageQuery.extend({
      procedure_ids: many(id),
      search_query: z.string().optional(),
      levels: many(logLevel),
      timestamp_after: timestamp.optional(),
      timestamp_before: timestamp.optional(),
      source_files: many(z.string()),
      run_ids: many(id),
      run_outcomes: many(outcome),
      ...runFilterQuery,
      sort_by: z.enum(['created_at', 'level', 'run_id', 'outcome']).default('created_at'),
      sort_order: sortOrder,
    }),
    answer: page(logEntry),
  }),
  get: operation('logs.get', 'GET', '/api/v2/logs/{id}', {
    access: ['user', 'station'],
    params: byId,
    answer: logEntry,
    refusals: [404],
  }),
} as const;
