import * as z from 'zod';
import { analytics, analyticsSplit } from './analytics.ts';
import { id, named } from './common.ts';

const measurementName = z.object({ phase_name: z.string(), measurement_name: z.string() });

export const insightDays = [7, 30, 90] as const;

/** How many days, of which today is the last; null for all runs. */
const daysBack = z.literal(insightDays).nullable();

/** What a page shows: a measurement, or a procedure if `measurement` is null. */
export const insightSubject = z.object({
  procedure: id,
  measurement: measurementName.nullable(),
  days: daysBack.default(30),
});
export type InsightSubject = z.infer<typeof insightSubject>;

export const insightQuestion = z.object({
  days: daysBack,
  split_by: analyticsSplit,
  group: z.string().nullable(),
});
export type InsightQuestion = z.infer<typeof insightQuestion>;

const leftOut = { left_out: z.string().nullable() };

const procedurePage = z.object({
  type: z.literal('procedure'),
  question: insightQuestion,
  statistics: analytics.procedure.answer,
  measurements: analytics.measurements.answer.shape.measurements,
  /** Null if the server computes no statistics. */
  routes: analytics.routes.answer.nullable(),
  ...leftOut,
});
export type ProcedureStatistics = z.infer<typeof procedurePage>;

const measurementPage = z.object({
  type: z.literal('measurement'),
  question: insightQuestion,
  statistics: analytics.measurement.answer,
  /** Of all groups, whichever is chosen. */
  groups: analytics.measurement.answer.shape.groups,
  values: analytics.values.answer,
  ...leftOut,
});
export type MeasurementStatistics = z.infer<typeof measurementPage>;

export const toInsight = z.discriminatedUnion('type', [
  procedurePage,
  measurementPage,
  z.object({ type: z.literal('failed'), message: z.string() }),
]);
export type ToInsight = z.infer<typeof toInsight>;

export const fromInsight = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), question: insightQuestion }),
  z.object({ type: z.literal('ask'), question: insightQuestion }),
  z.object({ type: z.literal('refresh') }),
  z.object({ type: z.literal('export'), question: insightQuestion }),
  z.object({ type: z.literal('openRun'), run: id }),
  measurementName.extend({ type: z.literal('openMeasurement'), days: daysBack }),
  z.object({ type: z.literal('openProcedure'), days: daysBack }),
  z.object({ type: z.literal('openFailedRuns'), procedure: named, measurement_name: z.string(), days: daysBack }),
  z.object({ type: z.literal('newGaugeStudy') }),
]);
export type FromInsight = z.infer<typeof fromInsight>;
