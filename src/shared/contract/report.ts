import * as z from 'zod';
import { id } from './common.ts';
import { measurement, phase, run } from './runs.ts';

const axis = measurement.shape.data_series.unwrap().element.omit({ data: true });

const reportMeasurement = measurement.omit({ data_series: true }).extend({
  /** A curve without its points, which are asked for when it comes into view. Axes: x first, then each y. */
  curve: z.object({ points: z.number().int(), axes: z.array(axis) }).optional(),
});
export type ReportMeasurement = z.infer<typeof reportMeasurement>;

const reportPhase = phase.extend({ measurements: z.array(reportMeasurement) });
export type ReportPhase = z.infer<typeof reportPhase>;

/** A run as it is shown, without large parts and without confidential ones (signed addresses, secrets). */
export const report = run.omit({ config: true, secrets: true }).extend({
  phases: z.array(reportPhase),
  attachments: z.array(run.shape.attachments.element.omit({ download_url: true })),
});
export type Report = z.infer<typeof report>;

export const toReport = z.discriminatedUnion('type', [
  z.object({ type: z.literal('run'), run: report }),
  z.object({ type: z.literal('failed'), message: z.string() }),
  z.object({ type: z.literal('sources'), phases: z.array(z.string()), files: z.array(z.string()) }),
  z.object({ type: z.literal('series'), measurement: id, series: z.array(z.instanceof(Float64Array)) }),
  z.object({ type: z.literal('image'), attachment: id, content: z.instanceof(Uint8Array) }),
  z.object({ type: z.literal('imageFailed'), attachment: id, message: z.string() }),
]);
export type ToReport = z.infer<typeof toReport>;

export const fromReport = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('tryAgain') }),
  z.object({ type: z.literal('series'), measurement: id }),
  z.object({ type: z.literal('image'), attachment: id }),
  z.object({ type: z.literal('openAttachment'), attachment: id }),
  z.object({ type: z.literal('saveAttachment'), attachment: id }),
  z.object({ type: z.literal('goToPhase'), name: z.string() }),
  z.object({ type: z.literal('goToLine'), file: z.string(), line: z.number().int() }),
  z.object({ type: z.literal('openUnit') }),
  z.object({ type: z.literal('compare') }),
  z.object({ type: z.literal('export') }),
]);
export type FromReport = z.infer<typeof fromReport>;
