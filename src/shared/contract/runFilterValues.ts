import * as z from 'zod';
import { operation } from './common.ts';

export const runFilterValues = {
  /** Values to offer for filters of runs that no other operation lists. */
  list: operation('local.runs.filterValues', 'GET', '/api/local/run-filter-values', {
    answer: z.object({
      /** Who operated runs: `id` is for `operated_by_ids`. */
      operators: z.array(z.object({ id: z.string(), name: z.string() })),
      /** The measurements that failed in runs of the last 30 days, most frequent first. */
      failed_measurements: z.array(z.object({ name: z.string(), runs: z.number().int() })),
    }),
  }),
} as const;
