import * as z from 'zod';
import {
  type logLevel,
  measurementOutcome,
  type MeasurementOutcome,
  type Outcome,
  type PhaseOutcome,
} from '../contract/common.ts';

/** One limit or rule that a measured value was held against. */
export const newValidator = z.object({
  /** `>=`, `<=`, `==`, `matches`, …; null when only a text describes the rule. */
  operator: z.string().nullable(),
  expected_value: z.unknown(),
  /** The rule as people read it, such as `x >= 3.2`. */
  expression: z.string(),
  /** False: outside of it the value is marginal, not failed. */
  is_decisive: z.boolean(),
  /** True when `expression` was written by the test and not made from operator and value. */
  has_custom_expression: z.boolean(),
  outcome: measurementOutcome,
});
export type NewValidator = z.infer<typeof newValidator>;

/** One axis of a multi-dimensional measurement. The first series is x, each further one a y. */
export const newSeries = z.object({
  name: z.string().nullable(),
  units: z.string().nullable(),
  data: z.array(z.number()),
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
  measurements: NewMeasurement[];
}

export interface NewLog {
  level: z.infer<typeof logLevel>;
  timestamp: number;
  message: string;
  sourceFile: string;
  lineNumber: number;
}

/** What every way of pushing a run is turned into before it is stored. */
export interface NewRun {
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

/** A pushed run that cannot be taken; the message says to a person why, and what to do. */
export class RunInputError extends Error {
  override readonly name = 'RunInputError';
}

const latest = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/**
 * Rounds to whole milliseconds: scripts send fractions.
 * @throws RunInputError when no calendar date with a four-digit year is meant.
 */
export function wholeMillis(millis: number, what: string): number {
  if (millis >= 0 && millis <= latest) return Math.round(millis);
  throw new RunInputError(`${what} must be in milliseconds since 1970, in UTC, and is ${millis}.`);
}

/** @throws RunInputError when there is no part number: no run can be filed without one. */
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
