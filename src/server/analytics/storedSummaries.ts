import { deflateRawSync, inflateRawSync } from 'node:zlib';
import * as z from 'zod';
import type { MeasurementSummary, ProcedureSummary } from '../../shared/analytics/summarizeDay.ts';
import { failureKind } from '../../shared/contract/analytics.ts';
import type { Digest } from '../../shared/statistics/digest.ts';

const count = z.number();
const numbers = z.array(z.number());
const digest = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('exact'), values: numbers }),
  z.object({
    kind: z.literal('centroids'),
    minimum: z.number(),
    maximum: z.number(),
    means: numbers,
    weights: numbers,
  }),
]);
const text = z.string().nullable();
const place = {
  station_id: text,
  revision_id: text,
  version_id: text,
  batch_id: text,
  operated_by: text,
  shift: text,
  is_reference: z.boolean(),
};

const procedureSummaries = z.array(
  z.object({
    ...place,
    is_first_attempt: z.boolean(),
    runs: count,
    first_started_at: z.number(),
    last_started_at: z.number(),
    attempts: count,
    retested: count,
    passed_at: z.array(count).length(5),
    durations: digest,
    failures: z.array(
      z.object({
        kind: failureKind,
        phase_name: text,
        measurement_name: text,
        first_runs: count,
        first_units: z.array(count),
        runs: count,
        units: z.array(count),
      }),
    ),
  }),
);

const moments = z.object({
  count,
  mean: z.number(),
  m2: z.number(),
  m3: z.number(),
  m4: z.number(),
  minimum: z.number().nullable(),
  maximum: z.number().nullable(),
});

const measurementSummaries = z.array(
  z.object({
    ...place,
    is_first_attempt: z.boolean(),
    lower: z.number().nullable(),
    upper: z.number().nullable(),
    type: z.string(),
    units: text,
    count,
    failed: count,
    out_of_range: count,
    first_started_at: z.number(),
    last_started_at: z.number(),
    moments,
    ranges: z.object({ first: z.number().nullable(), last: z.number().nullable(), count, sum: z.number() }),
  }),
);

const digests = z.array(digest);

export const procedureJson = (summaries: readonly ProcedureSummary[]): string => JSON.stringify(summaries);

export const procedureFromJson = (json: string): ProcedureSummary[] => procedureSummaries.parse(JSON.parse(json));

/** JSON of these takes a fifth of its size when it is deflated. */
const pack = (value: unknown): Uint8Array => deflateRawSync(JSON.stringify(value));
const unpack = (bytes: Uint8Array): unknown => JSON.parse(inflateRawSync(bytes).toString());

export const packMeasurement = (summaries: readonly MeasurementSummary[]): Uint8Array => pack(summaries);

export const unpackMeasurement = (bytes: Uint8Array): MeasurementSummary[] => measurementSummaries.parse(unpack(bytes));

export const packDigests = (all: readonly Digest[]): Uint8Array => pack(all);

export const unpackDigests = (bytes: Uint8Array): Digest[] => digests.parse(unpack(bytes));
