import * as z from 'zod';
import { outcome, phaseOutcome } from './common.ts';

/**
 * A test while it runs, as an operator sees it. All texts are plain texts: nothing that a script wrote is ever markup. It
 * is bounded: items beyond the limits are left out and counted.
 */
export const bounds = {
  /** Phases that are shown: the newest. */
  phases: 1_000,
  /** Measurements that are shown of a phase, and of all phases together; failed ones stay longest. */
  phaseMeasurements: 500,
  measurements: 4_000,
  /** Lines of the log: the newest. */
  logs: 200,
  /** Characters of a name or a value, of a line of the log, and of a prompt's message. */
  name: 200,
  line: 500,
  message: 10_000,
  /** Characters of an answer. */
  answer: 10_000,
  /** Characters of an image as a `data:` address. */
  image: 1_000_000,
} as const;

/** Milliseconds since 1970, by the clock of the station. */
const millis = z.number();

export const liveMeasurement = z.object({
  name: z.string(),
  /** OpenHTF's words: PARTIALLY_SET is one with dimensions that grows. */
  outcome: z.enum(['PASS', 'FAIL', 'UNSET', 'PARTIALLY_SET', 'SKIPPED']),
  /** As people read it; null: not measured yet. */
  value: z.string().nullable(),
  /** The value, where it is a number that can be drawn between its limits. */
  number: z.number().nullable(),
  units: z.string().nullable(),
  /** The limits as people read them, such as `3.2 ≤ x ≤ 3.4`; empty: none. */
  limits: z.string(),
  lower: z.number().nullable(),
  upper: z.number().nullable(),
  /** The value passed, but lies beyond the limits that only warn. */
  is_marginal: z.boolean().default(false),
});
export type LiveMeasurement = z.infer<typeof liveMeasurement>;

export const livePhase = z.object({
  /** Names the phase within its test. */
  key: z.string(),
  name: z.string(),
  state: z.enum(['WAITING', 'RUNNING', ...phaseOutcome.options]),
  /** 1 for the first; repeats of a phase stay one line. */
  attempt: z.number().int(),
  started_at: millis.nullable(),
  ended_at: millis.nullable(),
  measurements: z.array(liveMeasurement),
  measurements_left_out: z.number().int(),
  /** Why it broke; null: it did not. */
  message: z.string().nullable(),
});
export type LivePhase = z.infer<typeof livePhase>;

const livePrompt = z.object({
  id: z.string(),
  message: z.string(),
  /** The answer is a text; else a confirmation is asked for. */
  text_input: z.boolean(),
  /** An image as a `data:` address, or an address that is shown as text and never loaded. */
  image_url: z.string().nullable(),
  emitted_at: millis,
  /** Seconds from its emission until the test continues without an answer; null if unknown or unlimited. */
  timeout_s: z.number().nullable(),
});
export type LivePrompt = z.infer<typeof livePrompt>;

const liveLog = z.object({
  /** Counts the lines of the test from 0. */
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
  /** As the script says it: an id or an identifier. */
  procedure_id: z.string().nullable(),
  serial_number: z.string().nullable(),
  part_number: z.string().nullable(),
  /** `waiting`: for the unit's serial number, before the first phase. */
  status: z.enum(['waiting', 'running', 'completed']),
  started_at: millis.nullable(),
  ended_at: millis.nullable(),
  phases: z.array(livePhase),
  phases_left_out: z.number().int(),
  prompt: livePrompt.nullable(),
  logs: z.array(liveLog),
  logs_left_out: z.number().int(),
  /** Null until it is completed, or when it ended without one. */
  outcome: outcome.nullable(),
  outcome_details: z.array(z.string()),
});
export type LiveTest = z.infer<typeof liveTest>;

/** The difference between two states of a test. Few phases and few lines change at a time. */
export const testPatch = z.object({
  fields: liveTest.omit({ phases: true, logs: true }).partial(),
  phases: z.array(z.tuple([z.number().int().min(0).max(bounds.phases), livePhase])),
  phase_count: z.number().int().min(0).max(bounds.phases),
  /** The number of the first line that stays. */
  logs_from: z.number().int(),
  logs: z.array(liveLog),
});
export type TestPatch = z.infer<typeof testPatch>;
