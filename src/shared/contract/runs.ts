import * as z from 'zod';
import { attachment, fileName, uploadAnswer } from './attachments.ts';
import {
  atLeastOne,
  byId,
  createdQuery,
  exactNumber,
  id,
  idAnswer,
  listUpTo,
  logFields,
  many,
  measurementOutcome,
  named,
  numbered,
  operation,
  outcome,
  page,
  pageQuery,
  phaseOutcome,
  points,
  sequenceOutcome,
  sortOrder,
  timestamp,
  unitPart,
} from './common.ts';
import { metadata, metadataChange, metadataQuery } from './metadata.ts';
import { newRunBody } from './newRuns.ts';
import { sample } from './units.ts';

const by = z.object({ id: z.string(), name: z.string().nullable(), email: z.string().nullable() }).nullish();

export const validator = z.object({
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
  value: z.union([exactNumber, z.string(), z.boolean()]).nullable(),
  unit: z.string().nullish(),
  validators: z.array(validator).nullish(),
});

export const measurement = z.object({
  id,
  name: z.string(),
  outcome: measurementOutcome,
  units: z.string().nullable(),
  docstring: z.string().nullish(),
  validators: z.array(validator).nullable(),
  aggregations: z.array(aggregation).nullish(),
  measured_value: z.unknown().optional(),
  /** A curve: x first, then each y. */
  data_series: z
    .array(
      z.object({
        data: points,
        units: z.string().nullable(),
        name: z.string().nullish(),
        description: z.string().nullish(),
        validators: z.array(validator).nullish(),
        aggregations: z.array(aggregation).nullish(),
      }),
    )
    .optional(),
});
export type MeasurementAnswer = z.infer<typeof measurement>;

export const phase = z.object({
  id,
  name: z.string(),
  outcome: phaseOutcome,
  started_at: timestamp,
  ended_at: timestamp,
  duration: z.string(),
  retry_count: z.number().int(),
  sequence_path: z.string().nullable(),
  docstring: z.string().nullish(),
  measurements: z.array(measurement),
});

const sequence = z.object({
  id,
  path: z.string(),
  key: z.string(),
  parent_path: z.string().nullable(),
  name: z.string(),
  source: z.string().nullable(),
  outcome: sequenceOutcome,
  started_at: timestamp.nullable(),
  ended_at: timestamp.nullable(),
  duration: z.string().nullable(),
});
export type SequenceAnswer = z.infer<typeof sequence>;

const secret = z.object({
  key: z.string(),
  variable_id: z.string().nullable(),
  version: z.number().int().nullable(),
  source: z.string().nullable(),
});

const runListItem = z.object({
  id,
  created_at: timestamp,
  started_at: timestamp,
  ended_at: timestamp,
  duration: z.string(),
  outcome,
  execution_id: z.string().nullable(),
  slot_key: z.string().nullable(),
  slot_name: z.string().nullable(),
  procedure: z.object({
    id,
    name: z.string(),
    version: z.object({ id, tag: z.string() }).nullable(),
  }),
  unit: z.object({
    id,
    serial_number: z.string(),
    sample: sample.nullable(),
    part: unitPart,
    batch: numbered.nullish(),
  }),
  created_by_user: by,
  created_by_station: named.nullish(),
  operated_by: by,
  docstring: z.string().nullish(),
  metadata: metadata.optional(),
  /** The gauge study that it is a run of, if any. Such a run is in no statistics. */
  gauge_study: named.optional(),
  sequences: z.array(sequence).optional(),
});
export type RunListItem = z.infer<typeof runListItem>;

const finding = z.object({
  kind: z.enum(['error', 'diagnosis']),
  phase_id: id.nullable(),
  title: z.string(),
  message: z.string(),
  source_file: z.string().nullable(),
  line_number: z.number().nullable(),
  is_failure: z.boolean(),
});

export const run = runListItem.extend({
  findings: z.array(finding).optional(),
  phases: z.array(phase),
  attachments: z.array(attachment.extend({ is_report: z.boolean(), download_url: z.string().nullish() })),
  logs: z.array(z.object({ id, timestamp, ...logFields })),
  sub_units: z.array(
    z.object({ id, serial_number: z.string(), part_number: z.string(), part_name: z.string().nullable() }),
  ),
  config: z.array(secret.extend({ value: z.union([z.string(), exactNumber, z.boolean()]) })),
  secrets: z.array(secret),
});
export type Run = z.infer<typeof run>;

export const runFilterQuery = {
  procedure_versions: many(z.string()),
  serial_numbers: many(z.string()),
  samples: many(z.enum(['production', ...sample.options])),
  part_numbers: many(z.string()),
  revision_numbers: many(z.string()),
  batch_numbers: many(z.string()),
  created_by_user_ids: many(z.string()),
  created_by_station_ids: many(z.string()),
  /** No run belongs to a deployment: either of these two filters finds nothing. */
  deployment_ids: many(z.string()),
  environments: many(z.enum(['production', 'preview', 'development'])),
};

export const operatorQuery = { operated_by_ids: many(z.string()), operated_by_names: many(z.string()) };
export const durationQuery = { duration_min: z.iso.duration().optional(), duration_max: z.iso.duration().optional() };
export const startQuery = { started_after: timestamp.optional(), started_before: timestamp.optional() };

export const runs = {
  create: operation('runs.create', 'POST', '/api/v2/runs', {
    access: ['user', 'station'],
    isAudited: false,
    body: newRunBody,
    answer: idAnswer,
    refusals: [403, 404, 409, 422],
  }),
  list: operation('runs.list', 'GET', '/api/v2/runs', {
    access: ['user', 'station'],
    query: pageQuery.extend({
      /** A part of the serial number, or the first 8 or more characters of the run's id. */
      search_query: z.string().optional(),
      ids: many(id),
      outcomes: many(outcome),
      procedure_ids: many(id),
      ...runFilterQuery,
      ...operatorQuery,
      ...durationQuery,
      ...startQuery,
      execution_ids: many(z.string()),
      slot_keys: many(z.string()),
      slot_names: many(z.string()),
      ended_after: timestamp.optional(),
      ended_before: timestamp.optional(),
      ...createdQuery,
      ...metadataQuery,
      /** Names of measurements that failed in the last attempt of their phase. TofuPilot does not know this filter. */
      failed_measurements: many(z.string()),
      include_sequences: z.stringbool().default(false),
      sort_by: z
        .enum(['started_at', 'created_at', 'duration', 'outcome', 'serial_number', 'part_number', 'revision_number'])
        .default('started_at'),
      sort_order: sortOrder,
    }),
    answer: page(runListItem),
  }),
  get: operation('runs.get', 'GET', '/api/v2/runs/{id}', {
    access: ['user', 'station'],
    params: byId,
    answer: run,
    refusals: [404],
  }),
  update: operation('runs.update', 'PATCH', '/api/v2/runs/{id}', {
    access: ['user', 'station'],
    params: byId,
    body: z.object({ attachments: listUpTo(1000, id).optional() }),
    answer: idAnswer,
    refusals: [403, 404, 409],
  }),
  updateMetadata: operation('runs.update_metadata', 'PATCH', '/api/v2/runs/{id}/metadata', {
    access: ['user', 'station'],
    params: byId,
    body: z.object({ metadata: metadataChange.optional() }),
    answer: idAnswer,
    refusals: [403, 404],
  }),
  createAttachment: operation('runs.create_attachment', 'POST', '/api/v2/runs/{id}/attachments', {
    access: ['user', 'station'],
    isAudited: false,
    params: byId,
    body: z.object({ name: fileName }),
    answer: uploadAnswer,
    refusals: [403, 404],
  }),
  delete: operation('runs.delete', 'DELETE', '/api/v2/runs', {
    query: z.object({ ids: atLeastOne(id) }),
    answer: z.object({ id: z.array(id) }),
    refusals: [404],
  }),
} as const;
