import * as z from 'zod';
import { byId, id, many, measurementType, operation, timestamp } from './common.ts';
import { yieldCounts } from './overview.ts';

const count = z.number().int().min(0);
const millis = z.number().min(0);
/** Milliseconds since 1970. */
const instant = z.number().int();

/** Times are those of the starts of runs. Reference units are left out without `include_reference_units`. */
const filterQuery = z.object({
  /** The day of each of the two times counts as a whole. */
  started_after: timestamp.optional(),
  started_before: timestamp.optional(),
  station_ids: many(id),
  revision_ids: many(id),
  procedure_version_ids: many(id),
  batch_ids: many(id),
  /** What `operated_by` named, in any case. */
  operators: many(z.string().toLowerCase()),
  /** Names of shifts in which the runs started, by the calendar that their station has now. */
  shifts: many(z.string()),
  /** Names of slots, or their keys if they have no name. */
  slots: many(z.string()),
  /** `first`: of the runs of a unit on a day, the first attempt alone. Yields and retests are about all attempts anyway. */
  attempts: z.enum(['all', 'first']).default('all'),
  include_reference_units: z.stringbool().default(false),
});
export type AnalyticsFilter = z.output<typeof filterQuery>;

const isRange = ({
  started_after,
  started_before,
}: Pick<AnalyticsFilter, 'started_after' | 'started_before'>): boolean =>
  started_after === undefined ||
  started_before === undefined ||
  Date.parse(started_after) <= Date.parse(started_before);
const reversedRange = { path: ['started_before'], message: 'started_before must not be earlier than started_after.' };

export const analyticsSplit = z.enum(['station', 'revision', 'version', 'batch', 'operator', 'shift', 'slot']);
export type AnalyticsSplit = z.infer<typeof analyticsSplit>;

const capabilityIndex = z.object({
  value: z.number(),
  /** The ends of the 95 % confidence interval, and the one-sided 95 % bounds. */
  lower: z.number(),
  upper: z.number(),
  at_least: z.number(),
  at_most: z.number(),
});
export type CapabilityIndex = z.infer<typeof capabilityIndex>;

export const capability = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('capability'),
    count,
    /** By the mean difference of successive values; null without one, as are Cp and Cpk. */
    sigma_within: z.number().nullable(),
    /** Of all variation. TofuPilot calls this Cpk. */
    ppk: capabilityIndex,
    /** Null with a single limit, as is Cp. */
    pp: capabilityIndex.nullable(),
    cpk: capabilityIndex.nullable(),
    cp: capabilityIndex.nullable(),
    /** There are so few values that the interval is too wide to act on. */
    is_uncertain: z.boolean(),
    /** Whether Ppk is at least 1.33, as far as the values can tell. */
    verdict: z.enum(['capable', 'not_capable', 'undecided']),
  }),
  z.object({ kind: z.literal('too_few'), count, needed: count }),
  z.object({ kind: z.literal('no_limits') }),
  z.object({ kind: z.literal('no_variation') }),
  /** Overloads were left out of the mean, which would flatter it. */
  z.object({ kind: z.literal('too_many_out_of_range'), count, total: count }),
]);
export type Capability = z.infer<typeof capability>;

const limits = { lower: z.number().nullable(), upper: z.number().nullable() };

/** Figures of numeric values; null where there is no value, and `sigma` (n - 1) where there is only one. */
const spread = {
  value_count: count,
  mean: z.number().nullable(),
  sigma: z.number().nullable(),
  minimum: z.number().nullable(),
  maximum: z.number().nullable(),
};

const measurementKey = { phase_name: z.string(), measurement_name: z.string() };

/** A measurement in a table or beside a line of a script. Figures are those of the current limits alone. */
const measurementSummary = z.object({
  ...measurementKey,
  /** That of the newest value; `empty` without one. */
  type: measurementType,
  units: z.string().nullable(),
  /** How often it was measured or left without a value. */
  count,
  failed: count,
  ...limits,
  /** When the current limits and units were first used, if others were used, too, within the time that was asked for. */
  limits_changed_at: instant.nullable(),
  ...spread,
  capability,
  /** The numeric values with the current limits in the newest 100 runs, oldest first. */
  recent: z.array(z.number()),
});
export type MeasurementSummary = z.infer<typeof measurementSummary>;

/** The values with the same limits and units, even if others were used in between. */
const measurementSegment = z.object({
  ...limits,
  units: z.string().nullable(),
  from: instant,
  to: instant,
  count,
  failed: count,
  ...spread,
  /** Empty without numeric values. Percentiles are approximate where a day has more than 500 values. */
  percentiles: z.array(z.object({ percent: z.number(), value: z.number() })),
  capability,
});
export type MeasurementSegment = z.infer<typeof measurementSegment>;

/** All values of a day, whatever their limits. The limits are those that were used last. */
const measurementDay = z.object({
  date: z.iso.date(),
  ...limits,
  count,
  failed: count,
  ...spread,
  p5: z.number().nullable(),
  p50: z.number().nullable(),
  p95: z.number().nullable(),
});
export type MeasurementDay = z.infer<typeof measurementDay>;

const measurementGroup = z.object({
  /** The operator's e-mail address, the name of the shift, or the id of anything else. Null for runs without it, such as runs without a batch. */
  id: z.string().nullable(),
  name: z.string(),
  count,
  failed: count,
  ...spread,
  capability,
});
export type MeasurementGroup = z.infer<typeof measurementGroup>;

/** `measurement`: a value failed. The others failed without one, in a phase or outside of phases. */
export const failureKind = z.enum([
  'measurement',
  'phase_failure',
  'phase_error',
  'run_failure',
  'run_error',
  'timeout',
]);
export type FailureKind = z.infer<typeof failureKind>;

const failureCause = z.object({
  kind: failureKind,
  phase_name: z.string().nullable(),
  measurement_name: z.string().nullable(),
  /** The runs in which it failed first, which add up to the failed runs, and their units; a unit counts once a day. */
  first_runs: count,
  first_units: count,
  /** The runs in which it failed: a run may be counted for several causes. */
  runs: count,
  units: count,
});
export type FailureCause = z.infer<typeof failureCause>;

/** Durations of passed runs; null without any. */
const runDurations = z.object({
  count,
  p50_ms: millis.nullable(),
  p90_ms: millis.nullable(),
  p95_ms: millis.nullable(),
  max_ms: millis.nullable(),
});

/** Unit-days are the units of each day; `retested` had two attempts or more, `recovered` failed the first and passed later. */
const retests = z.object({ unit_days: count, attempts: count, retested: count, failed_first: count, recovered: count });

const procedureDay = z.object({ date: z.iso.date(), runs: count, yield: yieldCounts, durations: runDurations });
export type ProcedureDay = z.infer<typeof procedureDay>;

const procedureGroup = z.object({
  id: z.string().nullable(),
  name: z.string(),
  runs: count,
  yield: yieldCounts,
  durations: runDurations,
});
export type ProcedureGroup = z.infer<typeof procedureGroup>;

const answered = {
  procedure: z.object({ id, name: z.string() }),
  time_zone: z.string(),
  /** The time that the answer covers: from the first to the last run that was found, or both null. */
  from: instant.nullable(),
  to: instant.nullable(),
};

const routeStep = z.object({
  procedure: z.object({ id, name: z.string() }),
  runs: count,
  units: count,
  passed_first: count,
});

const route = z.object({
  part: z.object({ id, number: z.string() }),
  steps: z.array(routeStep),
  /** The product of the first-pass yields, from 0 to 1. Null while a step has fewer units than are needed. */
  rolled_throughput_yield: z.number().nullable(),
});
export type Route = z.infer<typeof route>;

export const analytics = {
  procedure: operation('local.analytics.procedure', 'GET', '/api/local/analytics/procedures/{id}', {
    isSlow: true,
    params: byId,
    query: filterQuery.extend({ split_by: analyticsSplit.default('station') }).refine(isRange, reversedRange),
    answer: z.object({
      ...answered,
      runs: count,
      yield: yieldCounts,
      retests,
      durations: runDurations,
      days: z.array(procedureDay),
      groups: z.array(procedureGroup),
      failures: z.array(failureCause),
    }),
    refusals: [404],
  }),
  /** The routes of the parts that were tested with the procedure, those with the most units first. */
  routes: operation('local.analytics.routes', 'GET', '/api/local/analytics/procedures/{id}/routes', {
    isSlow: true,
    params: byId,
    query: filterQuery.pick({ started_after: true, started_before: true }).refine(isRange, reversedRange),
    answer: z.object({
      routes: z.array(route),
      /** The parts whose routes are left out because these have more units. */
      omitted_parts: count,
      needed_units: count,
    }),
    refusals: [404],
  }),
  /** All measurements of a procedure in one answer, in the order of recording: for the hints in a script and for tables. */
  measurements: operation('local.analytics.measurements', 'GET', '/api/local/analytics/procedures/{id}/measurements', {
    isSlow: true,
    params: byId,
    query: filterQuery.refine(isRange, reversedRange),
    answer: z.object({ ...answered, measurements: z.array(measurementSummary) }),
    refusals: [404],
  }),
  measurement: operation('local.analytics.measurement', 'GET', '/api/local/analytics/procedures/{id}/measurement', {
    isSlow: true,
    params: byId,
    query: filterQuery
      .extend({ ...measurementKey, split_by: analyticsSplit.default('station') })
      .refine(isRange, reversedRange),
    answer: z.object({
      ...answered,
      ...measurementKey,
      type: measurementType,
      units: z.string().nullable(),
      /** Oldest first. The groups are of the newest one. */
      segments: z.array(measurementSegment),
      days: z.array(measurementDay),
      groups: z.array(measurementGroup),
    }),
    refusals: [404],
  }),
  /** Each column has one entry for each value, oldest first. The last day counts up to `started_before`, not as a whole. */
  values: operation('local.analytics.values', 'GET', '/api/local/analytics/procedures/{id}/values', {
    isSlow: true,
    params: byId,
    query: filterQuery
      .extend({
        ...measurementKey,
        limit: z.coerce.number().int().min(1).max(100_000).default(1000),
      })
      .refine(isRange, reversedRange),
    answer: z.object({
      ...answered,
      started_at: z.array(instant),
      values: z.array(z.number()),
      passed: z.array(z.boolean()),
      run_ids: z.array(id),
      serial_numbers: z.array(z.string()),
      /** The index into `stations`, or -1 for a run that no station pushed. */
      stations_index: z.array(z.number().int().min(-1)),
      stations: z.array(z.string()),
      /** The index into `limits` of the limits that the value was tested against, and of its units. */
      limits_index: z.array(count),
      limits: z.array(z.object({ ...limits, units: z.string().nullable() })),
      has_more: z.boolean(),
    }),
    refusals: [404],
  }),
} as const;
