import * as z from 'zod';
import {
  creators,
  id,
  idAnswer,
  imageIdOrNone,
  many,
  numbered,
  operation,
  page,
  pageQuery,
  sortOrder,
  timestamp,
} from './common.ts';
import { metadata, metadataChange, metadataQuery } from './metadata.ts';
import { lookupNumber, partName, partNumber, revisionNumber } from './numbers.ts';

const byNumber = z.object({ number: lookupNumber });
const byRevision = z.object({ part_number: lookupNumber, revision_number: lookupNumber });
const revisionsPath = '/api/v2/parts/{part_number}/revisions';

const changesSomething = [
  (body: object) => Object.values(body).some((value) => value !== undefined),
  'At least one field to change is required.',
] as const;

const partListItem = numbered.extend({
  name: z.string(),
  created_at: timestamp,
  revisions: z.array(numbered),
  metadata: metadata.optional(),
});

const part = numbered.extend({
  name: z.string(),
  created_at: timestamp,
  revisions: z.array(numbered.extend({ created_at: timestamp })),
  ...creators,
  metadata,
});
const revision = numbered.extend({
  created_at: timestamp,
  ...creators,
  part: numbered.extend({ name: z.string() }),
  units: z.array(z.object({ id, serial_number: z.string() })),
  image_id: id.nullable(),
  metadata,
});
export const parts = {
  create: operation('parts.create', 'POST', '/api/v2/parts', {
    access: ['user', 'station'],
    /** Without a revision number the part gets revision `A`. */
    body: z.object({
      number: partNumber,
      name: partName.optional(),
      revision_number: revisionNumber.optional(),
      metadata: metadata.optional(),
    }),
    answer: idAnswer,
    refusals: [409],
  }),
  list: operation('parts.list', 'GET', '/api/v2/parts', {
    access: ['user', 'station'],
    query: pageQuery.extend({
      search_query: z.string().optional(),
      procedure_ids: many(id),
      ...metadataQuery,
      sort_by: z.enum(['name', 'number', 'created_at']).default('created_at'),
      sort_order: sortOrder,
    }),
    answer: page(partListItem),
  }),
  get: operation('parts.get', 'GET', '/api/v2/parts/{number}', {
    access: ['user', 'station'],
    params: byNumber,
    answer: part,
    refusals: [404],
  }),
  update: operation('parts.update', 'PATCH', '/api/v2/parts/{number}', {
    params: byNumber,
    body: z
      .object({
        new_number: partNumber.optional(),
        name: partName.optional(),
        metadata: metadataChange.optional(),
      })
      .refine(...changesSomething),
    answer: numbered.extend({ name: z.string(), updated_at: timestamp }),
    refusals: [404, 409],
  }),
  delete: operation('parts.delete', 'DELETE', '/api/v2/parts/{number}', {
    params: byNumber,
    answer: z.object({ id, deletedRevisionIds: z.array(id) }),
    refusals: [404, 409],
  }),
} as const;

export const revisions = {
  create: operation('parts.revisions.create', 'POST', revisionsPath, {
    access: ['user', 'station'],
    params: z.object({ part_number: lookupNumber }),
    body: z.object({ number: revisionNumber, metadata: metadata.optional() }),
    answer: idAnswer,
    refusals: [404, 409],
  }),
  get: operation('parts.revisions.get', 'GET', `${revisionsPath}/{revision_number}`, {
    access: ['user', 'station'],
    params: byRevision,
    answer: revision,
    refusals: [404],
  }),
  update: operation('parts.revisions.update', 'PATCH', `${revisionsPath}/{revision_number}`, {
    params: byRevision,
    body: z
      .object({
        number: revisionNumber.optional(),
        image_id: imageIdOrNone.optional(),
        metadata: metadataChange.optional(),
      })
      .refine(...changesSomething),
    answer: idAnswer,
    refusals: [404, 409],
  }),
  delete: operation('parts.revisions.delete', 'DELETE', `${revisionsPath}/{revision_number}`, {
    params: byRevision,
    answer: idAnswer,
    /** 409 while units of the revision exist. Deleting the last revision deletes the part. */
    refusals: [404, 409],
  }),
} as const;
