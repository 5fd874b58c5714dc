import * as z from 'zod';
import { id, operation } from './common.ts';

export const importer = z.enum(['OPENHTF', 'WATS', 'WSXF', 'ATML', 'TESTSTAND', 'STDF', 'ATDF']);

export const imports = {
  structured: operation('imports.structured', 'POST', '/api/v2/imports/structured', {
    access: ['user', 'station'],
    isAudited: false,
    body: z.object({
      items: z
        .array(z.object({ upload_id: id, importer }))
        .min(1)
        .max(100),
      allow_duplicate: z.boolean().nullish(),
    }),
    answer: z.object({
      results: z.array(
        z.object({
          upload_id: id,
          success: z.boolean(),
          id: id.optional(),
          already_imported: z.boolean().optional(),
          error: z.string().optional(),
        }),
      ),
    }),
  }),
  tabular: operation('imports.tabular', 'POST', '/api/v2/imports/tabular', {
    access: ['user', 'station'],
    isAudited: false,
    body: z.object({
      upload_id: id,
      procedure_id: id,
      mapping: z.unknown().optional(),
      template_id: z.string().nullish(),
    }),
    answer: z.object({ id, file_import_id: id }),
    refusals: [501],
  }),
} as const;
