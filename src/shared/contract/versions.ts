import * as z from 'zod';
import { creators, id, idAnswer, named, operation, timestamp } from './common.ts';
import { lookupNumber, versionTag } from './numbers.ts';

const path = '/api/v2/procedures/{procedure_id}/versions';
const byTag = z.object({ procedure_id: id, tag: lookupNumber });

const version = z.object({
  id,
  tag: z.string(),
  created_at: timestamp,
  procedure: named,
  run_count: z.number().int(),
  ...creators,
});
export const versions = {
  create: operation('procedures.versions.create', 'POST', path, {
    params: z.object({ procedure_id: id }),
    body: z.object({ tag: versionTag }),
    answer: idAnswer,
    refusals: [404, 409],
  }),
  get: operation('procedures.versions.get', 'GET', `${path}/{tag}`, {
    access: ['user', 'station'],
    params: byTag,
    answer: version,
    refusals: [404],
  }),
  delete: operation('procedures.versions.delete', 'DELETE', `${path}/{tag}`, {
    params: byTag,
    answer: idAnswer,
    refusals: [404, 409],
  }),
} as const;
