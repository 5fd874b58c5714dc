import * as z from 'zod';
import {
  createdQuery,
  creators,
  id,
  idAnswer,
  many,
  numbered,
  operation,
  page,
  pageQuery,
  sortOrder,
  timestamp,
  unitPart,
} from './common.ts';
import { batchNumber, lookupNumber } from './numbers.ts';

const byNumber = z.object({ number: lookupNumber });

const batchListItem = numbered.extend({
  created_at: timestamp,
  unit_count: z.number().int(),
  ...creators,
});

const batch = numbered.extend({
  created_at: timestamp,
  units: z.array(
    z.object({
      id,
      serial_number: z.string(),
      created_at: timestamp,
      part: unitPart,
    }),
  ),
  ...creators,
});
export const batches = {
  create: operation('batches.create', 'POST', '/api/v2/batches', {
    access: ['user', 'station'],
    body: z.object({ number: batchNumber }),
    answer: idAnswer,
    refusals: [409],
  }),
  list: operation('batches.list', 'GET', '/api/v2/batches', {
    access: ['user', 'station'],
    query: pageQuery.extend({
      search_query: z.string().optional(),
      ids: many(id),
      numbers: many(z.string()),
      ...createdQuery,
      part_numbers: many(z.string()),
      revision_numbers: many(z.string()),
      sort_by: z.enum(['number', 'created_at']).default('created_at'),
      sort_order: sortOrder,
    }),
    answer: page(batchListItem),
  }),
  get: operation('batches.get', 'GET', '/api/v2/batches/{number}', {
    access: ['user', 'station'],
    params: byNumber,
    answer: batch,
    refusals: [404],
  }),
  update: operation('batches.update', 'PATCH', '/api/v2/batches/{number}', {
    params: byNumber,
    body: z.object({ new_number: batchNumber }),
    answer: idAnswer,
    refusals: [404, 409],
  }),
  delete: operation('batches.delete', 'DELETE', '/api/v2/batches/{number}', {
    params: byNumber,
    answer: z.object({ id: z.array(id) }),
    refusals: [404],
  }),
} as const;
