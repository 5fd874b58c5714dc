import * as z from 'zod';
import { id } from './common.ts';
import { studies } from './studies.ts';

export const toStudyPage = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('study'),
    study: studies.get.answer,
    is_running: z.boolean(),
    /** What came of the last action, if the study does not show it. */
    note: z.string().nullable(),
  }),
  z.object({ type: z.literal('failed'), message: z.string() }),
]);
export type ToStudyPage = z.infer<typeof toStudyPage>;

const position = z.number().int();

export const fromStudyPage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('refresh') }),
  z.object({ type: z.literal('start') }),
  z.object({ type: z.literal('pause') }),
  z.object({ type: z.literal('runProcedure') }),
  z.object({ type: z.literal('chooseRun'), position }),
  z.object({ type: z.literal('repeat'), position }),
  z.object({ type: z.literal('release'), run: id }),
  z.object({ type: z.literal('openRun'), run: id }),
  z.object({ type: z.literal('export') }),
  z.object({ type: z.literal('remove') }),
]);
export type FromStudyPage = z.infer<typeof fromStudyPage>;
