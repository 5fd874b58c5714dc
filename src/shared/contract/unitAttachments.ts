import * as z from 'zod';
import { fileName, uploadAnswer } from './attachments.ts';
import { atLeastOne, id, operation } from './common.ts';
import { lookupNumber } from './numbers.ts';

const path = '/api/v2/units/{serial_number}/attachments';
const params = z.object({ serial_number: lookupNumber });

export const unitAttachments = {
  create: operation('units.create_attachment', 'POST', path, {
    access: ['user', 'station'],
    params,
    body: z.object({ name: fileName }),
    answer: uploadAnswer,
    refusals: [403, 404],
  }),
  delete: operation('units.delete_attachment', 'DELETE', path, {
    access: ['user', 'station'],
    params,
    query: z.object({ ids: atLeastOne(id) }),
    answer: z.object({ ids: z.array(id) }),
    refusals: [403, 404],
  }),
} as const;
