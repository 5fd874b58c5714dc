import * as z from 'zod';
import { id, outcome, timestamp } from './common.ts';
import { unit } from './units.ts';

const unitRun = z.object({
  id,
  outcome,
  started_at: timestamp,
  duration: z.string(),
  procedure: z.string(),
  version: z.string().nullable(),
  station: z.string().nullable(),
  operator: z.string().nullable(),
  gauge_study: z.string().nullable(),
  /** The measurements that failed, in the order of the phases; null if the server did not return them. */
  failed: z.array(z.string()).nullable(),
});
export type UnitRun = z.infer<typeof unitRun>;

/** A unit as it is shown, without the signed addresses of its attachments. */
export const shownUnit = unit.omit({ metadata: true, created_during: true, attachments: true }).extend({
  attachments: z.array(unit.shape.attachments.element.omit({ download_url: true })),
});
export type ShownUnit = z.infer<typeof shownUnit>;

export const toUnitPage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('unit'), unit: shownUnit, runs: z.array(unitRun), has_more: z.boolean() }),
  z.object({ type: z.literal('failed'), message: z.string() }),
]);
export type ToUnitPage = z.infer<typeof toUnitPage>;

export const fromUnitPage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('refresh') }),
  z.object({ type: z.literal('export') }),
  z.object({ type: z.literal('loadMore') }),
  z.object({ type: z.literal('openRun'), run: id }),
  z.object({ type: z.literal('openUnit'), serial_number: z.string() }),
  z.object({ type: z.literal('mark') }),
  z.object({ type: z.literal('compare'), runs: z.tuple([id, id]) }),
  z.object({ type: z.literal('openAttachment'), attachment: id }),
  z.object({ type: z.literal('saveAttachment'), attachment: id }),
]);
export type FromUnitPage = z.infer<typeof fromUnitPage>;
