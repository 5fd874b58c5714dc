import * as z from 'zod';
import { atLeastOne, byId, id, operation } from './common.ts';

export const fileName = z
  .string()
  .min(1, 'The file name must not be empty.')
  .max(255, 'The file name must be at most 255 characters long.')
  .regex(/^\P{Cs}*$/u, 'The file name must be well-formed Unicode.');
export const attachment = z.object({
  id,
  name: z.string(),
  size: z.number().nullable(),
  content_type: z.string().nullable(),
});
export const uploadAnswer = z.object({ id, upload_url: z.url() });

export const attachments = {
  initialize: operation('attachments.initialize', 'POST', '/api/v2/attachments', {
    access: ['user', 'station'],
    isAudited: false,
    body: z.object({ name: fileName }),
    answer: uploadAnswer,
  }),
  finalize: operation('attachments.finalize', 'POST', '/api/v2/attachments/{id}/finalize', {
    access: ['user', 'station'],
    isAudited: false,
    params: byId,
    /** A download address that is valid for one hour without a key. */
    answer: z.object({ url: z.url() }),
    refusals: [403, 404, 409],
  }),
  delete: operation('attachments.delete', 'DELETE', '/api/v2/attachments', {
    access: ['user', 'station'],
    query: z.object({ ids: atLeastOne(id) }),
    answer: z.object({ id: z.array(id) }),
    refusals: [403, 404],
  }),
} as const;
