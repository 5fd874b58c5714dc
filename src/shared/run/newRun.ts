import * as z from 'zod';
import {
  exactNumber,
  type logLevel,
  type MeasurementOutcome,
  measurementOutcome,
  type Outcome,
  outcome,
  type PhaseOutcome,
  points,
} from '../contract/common.ts';
import type { Metadata } from '../contract/metadata.ts';

/** A limit or rule that a measured value was compared with. */
const newValidator = z.object({
  /** `>=`, `<=`, `==`, `matches`, …; null when only a text describes the rule. */
  operator: z.string().nullable(),
  expected_value: z.unknown(),
  /** The rule as text, such as `x >= 3.2`. */
  expression: z.string(),
  /** If false, a value that breaks the rule is marginal and does not fail. */
  is_decisive: z.boolean(),
  /** True when `expression` was written by the test and not made from operator and value. */
  has_custom_expression: z.boolean(),
  outcome: measurementOutcome,
});
export type NewValidator = z.infer<typeof newValidator>;

/** A value computed from many, such as their mean. */
export const newAggregation = z.object({
  id: z.uuid(),
  type: z.string(),
  outcome: measurementOutcome.nullable(),
  value: z.union([exactNumber, z.string(), z.boolean()]).nullable(),
  unit: z.string().nullable(),
  validators: z.array(newValidator),
});
export type NewAggregation = z.infer<typeof newAggregation>;

/** One axis of a multi-dimensional measurement. The first series is x, each further one a y. */
export const newSeries = z.object({
  name: z.string().nullable(),
  description: z.string().nullable(),
  units: z.string().nullable(),
  data: points,
  validators: z.array(newValidator),
  aggregations: z.array(newAggregation),
});
export type NewSeries = z.infer<typeof newSeries>;

export interface NewMeasurement {
  name: string;
  outcome: MeasurementOutcome;
  units: string | null;
  docstring: string | null;
  /** Any JSON value; undefined when nothing was measured. */
  measuredValue: unknown;
  validators: NewValidator[];
  aggregations: NewAggregation[];
  /** Null for a measurement that is no curve. */
  series: NewSeries[] | null;
}

export interface NewPhase {
  name: string;
  outcome: PhaseOutcome;
  /** Milliseconds since 1970, whole. */
  startedAt: number;
  endedAt: number;
  /** 0 for the first attempt. */
  retryCount: number;
  docstring: string | null;
  /** The sequence call that the phase belongs to. */
  sequencePath: string | null;
  measurements: NewMeasurement[];
}

export interface NewLog {
  level: z.infer<typeof logLevel>;
  timestamp: number;
  message: string;
  sourceFile: string;
  lineNumber: number;
}

const setting = z.object({
  key: z.string(),
  variable_id: z.string().nullable(),
  version: z.number().nullable(),
  source: z.string().nullable(),
});

const newFinding = z.object({
  kind: z.enum(['error', 'diagnosis']),
  /** The index of its phase in the run; null for the whole run. */
  phase: z.number().int().min(0).nullable(),
  /** The type of the exception, or the result of the diagnosis. */
  title: z.string(),
  message: z.string(),
  place: z.object({ file: z.string(), line: z.number().int() }).nullable(),
  is_failure: z.boolean(),
});
export type NewFinding = z.infer<typeof newFinding>;

/** The circumstances of a run, which are stored and shown but not searched. */
export const newRunContext = z.object({
  sequences: z.array(
    z.object({
      id: z.uuid(),
      path: z.string(),
      name: z.string(),
      source: z.string().nullable(),
      outcome: z.enum([...outcome.options, 'SKIP']),
      /** Milliseconds since 1970. */
      startedAt: z.number().nullable(),
      endedAt: z.number().nullable(),
    }),
  ),
  config: z.array(setting.extend({ value: z.union([z.string(), exactNumber, z.boolean()]) })),
  /** Secrets without their values. */
  secrets: z.array(setting),
  /** Why the run ended as it did, and what was diagnosed. */
  findings: z.array(newFinding).default([]),
});
export type NewRunContext = z.infer<typeof newRunContext>;

/** Fields that only some kinds of push can contain. */
export interface RunExtras {
  /** E-mail address. */
  operatedBy: string | null;
  metadata: Metadata;
  /** Metadata that is merged into that of the unit. */
  unitMetadata: Metadata;
  /** Groups the runs of one start on several slots. */
  execution: { id: string; slotKey: string | null; slotName: string | null } | null;
  context: NewRunContext | null;
}

export const noExtras: RunExtras = {
  operatedBy: null,
  metadata: {},
  unitMetadata: {},
  execution: null,
  context: null,
};

/** The form into which every push is converted before it is stored. */
export interface NewRun extends RunExtras {
  /** UUID or identifier such as `FVT1`. */
  procedure: string;
  procedureVersion: string | null;
  serialNumber: string;
  partNumber: string;
  partName: string | null;
  revision: string | null;
  batch: string | null;
  outcome: Outcome;
  /** Milliseconds since 1970, whole. */
  startedAt: number;
  endedAt: number;
  docstring: string | null;
  phases: NewPhase[];
  logs: NewLog[];
  /** Serial numbers of units that must exist already. */
  subUnits: string[];
}

/** A pushed run is invalid. The message says why and what to do. */
export class RunInputError extends Error {
  override readonly name = 'RunInputError';
}

const latest = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/**
 * Rounds to whole milliseconds, because scripts send fractions.
 * @throws RunInputError when no calendar date with a four-digit year is meant.
 */
export function roundMillis(millis: number, what: string): number {
  if (millis >= 0 && millis <= latest) return Math.round(millis);
  throw new RunInputError(`${what} must be in milliseconds since 1970, in UTC, and is ${millis}.`);
}

/** @throws RunInputError when there is no part number */
export function requirePartNumber(partNumber: string | null | undefined): string {
  const text = partNumber?.trim();
  if (text) return text;
  throw new RunInputError(
    'The run has no part number. Give it in the script: htf.Test(…, part_number="PCBA01") with OpenHTF, ' +
      'unit_under_test={"serial_number": …, "part_number": "PCBA01"} with create_run.',
  );
}

/** @throws RunInputError when the run names no procedure. */
export function requireProcedure(procedure: string | null | undefined): string {
  const text = procedure?.trim();
  if (text) return text;
  throw new RunInputError(
    'The run names no procedure. Pass procedure_id="…" in the script, with the identifier or id of a procedure of this server.',
  );
}
