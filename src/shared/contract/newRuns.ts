import * as z from 'zod';
import {
  emailAddress,
  exactNumber,
  finiteJson,
  listUpTo,
  logFields,
  measurementOutcome,
  outcome,
  phaseOutcome,
  points,
  sequenceOutcome,
} from './common.ts';
import { metadata } from './metadata.ts';
import { batchNumber, partNumber, revisionNumber, serialNumber, versionTag } from './numbers.ts';

/** ISO 8601; without a zone it is UTC. */
const time = z.iso.datetime({ offset: true, local: true });

const validator = z.object({
  outcome: measurementOutcome.nullish(),
  operator: z.string().nullish(),
  expected_value: finiteJson.nullish(),
  expression: z.string().nullish(),
  is_decisive: z.boolean().nullish(),
});
export type V2Validator = z.infer<typeof validator>;

const aggregation = z.object({
  type: z.string(),
  outcome: measurementOutcome.nullish(),
  value: z.union([exactNumber, z.string(), z.boolean()]).nullish(),
  unit: z.string().nullish(),
  validators: z.array(validator).nullish(),
});
export type V2Aggregation = z.infer<typeof aggregation>;

const series = z.object({
  data: points,
  units: z.string().nullish(),
  name: z.string().nullish(),
  description: z.string().nullish(),
  validators: z.array(validator).nullish(),
  aggregations: z.array(aggregation).nullish(),
});
export type V2Series = z.infer<typeof series>;

const measurement = z.object({
  name: z.string(),
  outcome: measurementOutcome,
  docstring: z.string().nullish(),
  units: z.union([z.string(), listUpTo(1000, z.string())]).nullish(),
  measured_value: finiteJson.nullish(),
  x_axis: series.nullish(),
  y_axis: z.array(series).nullish(),
  lower_limit: exactNumber.nullish(),
  upper_limit: exactNumber.nullish(),
  validators: z.array(validator).nullish(),
  aggregations: z.array(aggregation).nullish(),
});
export type V2Measurement = z.infer<typeof measurement>;

const phase = z.object({
  name: z.string(),
  outcome: phaseOutcome,
  started_at: time,
  ended_at: time,
  docstring: z.string().nullish(),
  retry_count: z.number().int().min(0).nullish(),
  sequence_path: z.string().nullish(),
  measurements: z.array(measurement).nullish(),
});
export type V2Phase = z.infer<typeof phase>;

const sequence = z.object({
  path: z.string().min(1),
  name: z.string(),
  outcome: sequenceOutcome,
  source: z.string().nullish(),
  started_at: time.nullish(),
  ended_at: time.nullish(),
});
export type V2Sequence = z.infer<typeof sequence>;

const configSource = z.enum(['default', 'shell', 'dotenv', 'process', 'station', 'procedure', 'organization']);
const secret = z.object({
  key: z.string(),
  variable_id: z.string().nullish(),
  version: z.number().int().nullish(),
  source: configSource.nullish(),
  value: z.undefined('The value of a secret must not be sent.').optional(),
});
const config = secret.extend({ value: z.union([z.string(), exactNumber, z.boolean()]) });

export const newRunBody = z.object({
  outcome,
  procedure_id: z.uuid('procedure_id must be the uuid of a procedure.'),
  started_at: time,
  ended_at: time,
  serial_number: serialNumber,
  procedure_version: versionTag.nullish(),
  operated_by: emailAddress('operated_by must be an email address.').nullish(),
  part_number: partNumber.nullish(),
  revision_number: revisionNumber.nullish(),
  batch_number: batchNumber.nullish(),
  sub_units: listUpTo(1000, z.string()).nullish(),
  docstring: z.string().nullish(),
  phases: z.array(phase).nullish(),
  logs: z.array(z.object({ timestamp: time, ...logFields })).nullish(),
  metadata: metadata.nullish(),
  unit_metadata: metadata.nullish(),
  /** Accepted and ignored, because deployments are not stored. */
  deployment_id: z.string().nullish(),
  /** A second push with the same reference creates no second run. */
  client_run_ref: z.string().min(1).max(200).nullish(),
  execution_id: z.string().min(1).max(200).nullish(),
  slot_key: z.string().min(1).max(200).nullish(),
  slot_name: z.string().max(200).nullish(),
  sequences: z.array(sequence).nullish(),
  config: z.array(config).nullish(),
  secrets: z.array(secret).nullish(),
});
export type NewRunBody = z.infer<typeof newRunBody>;
