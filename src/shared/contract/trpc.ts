import * as z from 'zod';
import { errorAnswer, id, operation } from './common.ts';

/** Errors of `/api/trpc`. tRPC clients read the field `error`, other clients the rest. */
export const trpcErrorAnswer = errorAnswer.extend({
  error: z.object({
    json: z.object({
      message: z.string(),
      code: z.number().int(),
      data: z.object({ code: z.string(), httpStatus: z.number().int(), path: z.string() }),
    }),
  }),
});

/** Calls of TofuPilot's page that its public API lacks and its command-line tool makes, in the envelopes of tRPC. */
export const trpc = {
  linkProcedure: operation('trpc.station.linkProcedure', 'POST', '/api/trpc/station.linkProcedure', {
    body: z.object({ json: z.object({ id, procedure_id: id }) }),
    answer: z.object({ result: z.object({ data: z.object({ json: z.object({ id }) }) }) }),
    refusals: [404],
  }),
} as const;
