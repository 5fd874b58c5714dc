import * as z from 'zod';
import { outcome, phaseOutcome } from './common.ts';
import { promptForm } from './promptForm.ts';

/** Texts are plain, never markup. Items beyond the limits are left out and counted; those from `name` on are lengths. */
export const bounds = {
  phases: 1_000,
  phaseMeasurements: 500,
  measurements: 4_000,
  logs: 200,
  name: 200,
  line: 500,
  message: 10_000,
  answer: 10_000,
  image: 1_000_000,
} as const;

/** Milliseconds since 1970, by the clock of the station. */
const millis = z.number();

export const liveMeasurement = z.object({
  name: z.string(),
  outcome: z.enum(['PASS', 'FAIL', 'UNSET', 'PARTIALLY_SET', 'SKIPPED']),
  value: z.string().nullable(),
  number: z.number().nullable(),
  units: z.string().nullable(),
  limits: z.string(),
  lower: z.number().nullable(),
  upper: z.number().nullable(),
  is_marginal: z.boolean().default(false),
});
export type LiveMeasurement = z.infer<typeof liveMeasurement>;

export const livePhase = z.object({
  key: z.string(),
  name: z.string(),
  state: z.enum(['WAITING', 'RUNNING', ...phaseOutcome.options]),
  attempt: z.number().int(),
  started_at: millis.nullable(),
  ended_at: millis.nullable(),
  measurements: z.array(liveMeasurement),
  measurements_left_out: z.number().int(),
  message: z.string().nullable(),
});
export type LivePhase = z.infer<typeof livePhase>;

const livePrompt = z.object({
  id: z.string(),
  message: z.string(),
  text_input: z.boolean(),
  /** A `data:` URL, or another address that is shown as text and never loaded. */
  image_url: z.string().nullable(),
  emitted_at: millis,
  timeout_s: z.number().nullable(),
  /** Fields, whose answer is a `formAnswer`. Missing from older windows. */
  form: promptForm.default([]),
});
export type LivePrompt = z.infer<typeof livePrompt>;

const liveLog = z.object({
  number: z.number().int(),
  time: millis,
  level: z.string(),
  message: z.string(),
});
export type LiveLog = z.infer<typeof liveLog>;

export const liveTest = z.object({
  execution_id: z.string(),
  kind: z.enum(['openhtf', 'vanilla']),
  name: z.string(),
  procedure_id: z.string().nullable(),
  serial_number: z.string().nullable(),
  part_number: z.string().nullable(),
  status: z.enum(['waiting', 'running', 'completed']),
  started_at: millis.nullable(),
  ended_at: millis.nullable(),
  phases: z.array(livePhase),
  phases_left_out: z.number().int(),
  prompt: livePrompt.nullable(),
  logs: z.array(liveLog),
  logs_left_out: z.number().int(),
  outcome: outcome.nullable(),
  outcome_details: z.array(z.string()),
  /** Missing if a person started it, or from older windows. */
  started_by: z.literal('assistant').optional(),
});
export type LiveTest = z.infer<typeof liveTest>;

export const testPatch = z.object({
  fields: liveTest.omit({ phases: true, logs: true }).partial(),
  phases: z.array(z.tuple([z.number().int().min(0).max(bounds.phases), livePhase])),
  phase_count: z.number().int().min(0).max(bounds.phases),
  logs_from: z.number().int(),
  logs: z.array(liveLog),
});
export type TestPatch = z.infer<typeof testPatch>;
