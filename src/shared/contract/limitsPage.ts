import * as z from 'zod';
import { id } from './common.ts';

const limits = z.object({ lower: z.number().nullable(), upper: z.number().nullable() });

const scriptLimits = z.discriminatedUnion('kind', [
  limits.extend({ kind: z.literal('limits') }),
  z.object({ kind: z.literal('refused'), message: z.string() }),
]);
export type ScriptLimits = z.infer<typeof scriptLimits>;

const study = z.object({
  measurement: z.string(),
  phase: z.string(),
  procedure: z.string(),
  /** The name of the script file. */
  script: z.string(),
  units: z.string().nullable(),
  values: z.array(z.number()),
  passed: z.array(z.boolean()),
  started_at: z.array(z.number()),
  run_ids: z.array(id),
  serial_numbers: z.array(z.string()),
  has_more: z.boolean(),
  /** How many of the newest values are left out, because limits in these units say nothing about them. */
  values_in_other_units: z.number(),
});
export type LimitsStudy = z.infer<typeof study>;

export const toLimitsPage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('study'), study, script: scriptLimits }),
  z.object({ type: z.literal('script'), script: scriptLimits }),
  z.object({ type: z.literal('failed'), message: z.string() }),
]);
export type ToLimitsPage = z.infer<typeof toLimitsPage>;

export const fromLimitsPage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('refresh') }),
  z.object({ type: z.literal('apply'), limits }),
  z.object({ type: z.literal('openRun'), run: id }),
]);
export type FromLimitsPage = z.infer<typeof fromLimitsPage>;
