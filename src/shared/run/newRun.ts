import * as z from 'zod';
import {
  exactNumber,
  type logLevel,
  type MeasurementOutcome,
  measurementOutcome,
  type Outcome,
  type PhaseOutcome,
  points,
  sequenceOutcome,
} from '../contract/common.ts';
import type { Metadata } from '../contract/metadata.ts';

const newValidator = z.object({
  operator: z.string().nullable(),
  expected_value: z.unknown(),
  expression: z.string(),
  /** If false, a value that breaks the rule is marginal and does not fail. */
  is_decisive: z.boolean(),
  has_custom_expression: z.boolean(),
  outcome: measurementOutcome,
});
export type NewValidator = z.infer<typeof newValidator>;

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
  measuredValue: unknown;
  validators: NewValidator[];
  aggregations: NewAggregation[];
  series: NewSeries[] | null;
}

export interface NewPhase {
  name: string;
  outcome: PhaseOutcome;
  /** Milliseconds since 1970, whole. */
  startedAt: number;
  endedAt: number;
  retryCount: number;
  docstring: string | null;
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
  phase: z.number().int().min(0).nullable(),
  title: z.string(),
  message: z.string(),
  place: z.object({ file: z.string(), line: z.number().int() }).nullable(),
  is_failure: z.boolean(),
});
export type NewFinding = z.infer<typeof newFinding>;

export const newRunContext = z.object({
  sequences: z.array(
    z.object({
      id: z.uuid(),
      path: z.string(),
      name: z.string(),
      source: z.string().nullable(),
      outcome: sequenceOutcome,
      startedAt: z.number().nullable(),
      endedAt: z.number().nullable(),
    }),
  ),
  config: z.array(setting.extend({ value: z.union([z.string(), exactNumber, z.boolean()]) })),
  secrets: z.array(setting),
  findings: z.array(newFinding).default([]),
});
export type NewRunContext = z.infer<typeof newRunContext>;

export interface RunExtras {
  operatedBy: string | null;
  metadata: Metadata;
  unitMetadata: Metadata;
  execution: ({ id: string } & RunSlot) | null;
  context: NewRunContext | null;
}

export const noExtras: RunExtras = {
  operatedBy: null,
  metadata: {},
  unitMetadata: {},
  execution: null,
  context: null,
};

export interface NewRun extends RunExtras {
  procedure: string;
  procedureVersion: string | null;
  serialNumber: string;
  partNumber: string;
  partName: string | null;
  revision: string | null;
  batch: string | null;
  outcome: Outcome;
  startedAt: number;
  endedAt: number;
  docstring: string | null;
  phases: NewPhase[];
  logs: NewLog[];
  subUnits: string[];
}

export class RunInputError extends Error {
  override readonly name = 'RunInputError';
}

const latest = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** Rounds to whole milliseconds, because scripts send fractions. @throws RunInputError if it is no date */
export function roundMillis(millis: number, what: string): number {
  if (millis >= 0 && millis <= latest) return Math.round(millis);
  throw new RunInputError(`${what} must be in milliseconds since 1970, in UTC, and is ${millis}.`);
}

export function requirePartNumber(partNumber: string | null | undefined): string {
  const text = partNumber?.trim();
  if (text) return text;
  throw new RunInputError(
    'The run has no part number. Give it in the script: htf.Test(…, part_number="PCBA01") with OpenHTF, ' +
      'unit_under_test={"serial_number": …, "part_number": "PCBA01"} with create_run.',
  );
}

export function requireProcedure(procedure: string | null | undefined): string {
  const text = procedure?.trim();
  if (text) return text;
  throw new RunInputError(
    'The run names no procedure. Pass procedure_id="…" in the script, with the identifier or id of a procedure of this server.',
  );
}

const zone = /(?:Z|[+-]\d\d:?\d\d)$/i;

/** Parses a time to milliseconds since 1970. A time without a zone is UTC, and not in the zone of the server's machine. */
export const parseUtc = (time: string): number => Date.parse(zone.test(time) ? time : `${time}Z`);

interface RunSlot {
  slotKey: string | null;
  slotName: string | null;
}

export const slotOfRun = (slot: number): RunSlot => ({ slotKey: String(slot), slotName: `Slot ${slot}` });
