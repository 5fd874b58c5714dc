import * as z from 'zod';
import { id } from './common.ts';
import { report } from './report.ts';

/** The spread of a measurement over all runs of the procedure with the current limits. */
const populationSigma = z.object({
  phase_name: z.string(),
  measurement_name: z.string(),
  sigma: z.number(),
  count: z.number().int(),
});
export type PopulationSigma = z.infer<typeof populationSigma>;

export const toComparePage = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('runs'),
    left: report,
    right: report,
    sigmas: z.array(populationSigma),
    no_sigmas: z.string().nullable(),
  }),
  z.object({
    type: z.literal('series'),
    side: z.enum(['left', 'right']),
    measurement: id,
    series: z.array(z.instanceof(Float64Array)),
  }),
  z.object({ type: z.literal('failed'), message: z.string() }),
]);
export type ToComparePage = z.infer<typeof toComparePage>;

export const fromComparePage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('refresh') }),
  z.object({ type: z.literal('export') }),
  z.object({ type: z.literal('series'), side: z.enum(['left', 'right']), measurement: id }),
  z.object({ type: z.literal('openRun'), run: id }),
  z.object({ type: z.literal('openUnit'), serial_number: z.string() }),
]);
export type FromComparePage = z.infer<typeof fromComparePage>;
