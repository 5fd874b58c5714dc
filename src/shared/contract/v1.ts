import * as z from 'zod';
import { fileName } from './attachments.ts';
import {
  byId,
  exactNumber,
  finiteJson,
  id,
  listUpTo,
  logFields,
  measurementOutcome,
  operation,
  phaseOutcome,
} from './common.ts';
import { lookupNumber } from './numbers.ts';

const measurement = z.object({
  name: z.string().min(1),
  outcome: measurementOutcome,
  measured_value: finiteJson.optional(),
  /** For a measurement with several dimensions, one unit for each column of its rows. */
  units: z.union([z.string(), listUpTo(1000, z.string().nullable())]).nullish(),
  lower_limit: exactNumber.nullish(),
  upper_limit: exactNumber.nullish(),
  validators: listUpTo(1000, z.string()).nullish(),
  docstring: z.string().nullish(),
});

const phase = z.object({
  name: z.string().min(1),
  outcome: phaseOutcome,
  /** Milliseconds since 1970; the example on TofuPilot's Station page sends floats, and an end in the future. */
  start_time_millis: z.number(),
  end_time_millis: z.number(),
  measurements: z.array(measurement).nullish(),
  docstring: z.string().nullish(),
});

const step = z.object({
  name: z.string().min(1),
  started_at: z.string(),
  duration: z.string(),
  step_passed: z.boolean(),
  measurement_unit: z.string().nullish(),
  measurement_value: finiteJson.optional(),
  limit_low: exactNumber.nullish(),
  limit_high: exactNumber.nullish(),
});

export const runBody = z.object({
  unit_under_test: z.object({
    serial_number: z.string().trim().min(1).max(60),
    part_number: z.string().min(1).max(60).nullish(),
    part_name: z.string().max(255).nullish(),
    revision: z.string().min(1).max(60).nullish(),
    batch_number: z.string().min(1).max(100).nullish(),
  }),
  run_passed: z.boolean(),
  procedure_id: z.string().nullish(),
  procedure_name: z.string().nullish(),
  procedure_version: z.string().max(60).nullish(),
  client: z.string().nullish(),
  client_version: z.string().nullish(),
  phases: z.array(phase).nullish(),
  steps: z.array(step).nullish(),
  logs: z.array(z.object({ timestamp: z.string(), ...logFields })).nullish(),
  /** ISO 8601 in UTC. Absent: now minus the duration. */
  started_at: z.iso.datetime({ offset: true }).nullish(),
  duration: z.string().nullish(),
  sub_units: z.array(z.object({ serial_number: z.string() })).nullish(),
});
export type V1RunBody = z.infer<typeof runBody>;

const done = z.object({ id, message: z.string() });
const bySerial = z.object({ serial_number: lookupNumber });
const pushed = z.object({ id, message: z.string().optional(), warnings: z.array(z.string()).optional() });

const topic = { topic: z.string(), qos: z.number().int(), retain: z.boolean() };

/** The arguments that the official client passes to paho, a Python MQTT client. */
const streamingAnswer = z.object({
  token: z.string(),
  operatorPage: z.url(),
  clientOptions: z.object({
    transport: z.enum(['tcp', 'websockets']),
    protocol: z.literal(4),
    reconnect_on_failure: z.boolean(),
  }),
  willOptions: z.object({ ...topic, payload: z.string() }),
  connectOptions: z.object({ host: z.string(), port: z.number().int(), keepalive: z.number().int() }),
  publishOptions: z.object(topic),
  subscribeOptions: z.object({ topic: z.string(), qos: z.number().int() }),
});

const pushing = { access: ['user', 'station'], isAudited: false } as const;

export const v1 = {
  createRun: operation('v1.runs.create', 'POST', '/api/v1/runs', {
    ...pushing,
    body: runBody,
    answer: pushed,
    refusals: [403, 404, 409, 422],
  }),
  getRuns: operation('v1.runs.list', 'GET', '/api/v1/runs', {
    access: ['user', 'station'],
    query: z.object({ serial_number: z.string().min(1) }),
    answer: z.array(z.unknown()),
  }),
  deleteRun: operation('v1.runs.delete', 'DELETE', '/api/v1/runs/{id}', {
    params: byId,
    answer: done,
    refusals: [404],
  }),
  updateUnit: operation('v1.units.update', 'PATCH', '/api/v1/units/{serial_number}', {
    access: ['user', 'station'],
    params: bySerial,
    body: z.object({ sub_units: z.array(z.object({ serial_number: lookupNumber })) }),
    answer: done,
    refusals: [403, 404, 422],
  }),
  deleteUnit: operation('v1.units.delete', 'DELETE', '/api/v1/units/{serial_number}', {
    params: bySerial,
    answer: done,
    refusals: [404],
  }),
  initializeUpload: operation('v1.uploads.initialize', 'POST', '/api/v1/uploads/initialize', {
    ...pushing,
    body: z.object({ name: fileName, mimeType: z.string().nullish(), sizeBytes: z.number().nullish() }),
    answer: z.object({ id, uploadUrl: z.url() }),
  }),
  syncUpload: operation('v1.uploads.sync', 'POST', '/api/v1/uploads/sync', {
    ...pushing,
    body: z.object({ upload_id: id, run_id: id }),
    answer: z.object({ id }),
    refusals: [403, 404, 409],
  }),
  importReport: operation('v1.import', 'POST', '/api/v1/import', {
    ...pushing,
    body: z.object({
      upload_id: id,
      importer: z.literal('OPENHTF'),
      client: z.string().nullish(),
      client_version: z.string().nullish(),
    }),
    /** Without `url`: the official client only prints the run's id when there is none. */
    answer: pushed,
    refusals: [403, 404, 409, 422],
  }),
  streaming: operation('v1.streaming', 'GET', '/api/v1/streaming', {
    access: ['user', 'station'],
    role: 'engineer',
    answer: streamingAnswer,
    refusals: [429],
  }),
} as const;
