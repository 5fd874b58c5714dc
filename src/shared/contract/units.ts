import * as z from 'zod';
import { attachment } from './attachments.ts';
import {
  atLeastOne,
  createdQuery,
  creators,
  id,
  idAnswer,
  many,
  named,
  numbered,
  operation,
  outcome,
  page,
  pageQuery,
  sortOrder,
  timestamp,
  unitPart,
} from './common.ts';
import { metadata, metadataChange, metadataQuery } from './metadata.ts';
import { batchNumber, lookupNumber, partNumber, revisionNumber, serialNumber } from './numbers.ts';

export const sample = z.enum(['golden', 'failing', 'ignored']);
export type Sample = z.infer<typeof sample>;

const serial = z.object({ id, serial_number: z.string() });

const unitListItem = serial.extend({
  created_at: timestamp,
  sample: sample.nullable(),
  children: z.array(serial),
  part: unitPart,
  ...creators,
  batch: numbered.nullable(),
  parent: serial.nullable(),
  last_run: z.object({ id, outcome, started_at: timestamp, ended_at: timestamp, procedure: named }).nullable(),
  metadata: metadata.optional(),
});
export type UnitListItem = z.infer<typeof unitListItem>;

export const unit = serial.extend({
  created_at: timestamp,
  sample: sample.nullable(),
  part: unitPart,
  parent: serial.extend({ part: unitPart }).nullable(),
  ...creators,
  batch: numbered.nullable(),
  children: z.array(serial.extend({ part: unitPart })),
  created_during: z
    .object({
      id,
      created_at: timestamp,
      started_at: timestamp,
      ended_at: timestamp,
      duration: z.string(),
      outcome,
      procedure: named,
    })
    .nullable(),
  attachments: z.array(attachment.extend({ download_url: z.string().nullable() })),
  metadata,
});
export type Unit = z.infer<typeof unit>;

const bySerial = z.object({ serial_number: lookupNumber });
const count = z.coerce.number().int().min(0).optional();

export const units = {
  create: operation('units.create', 'POST', '/api/v2/units', {
    access: ['user', 'station'],
    body: z.object({
      serial_number: serialNumber,
      part_number: partNumber,
      revision_number: revisionNumber,
      sample: sample.nullish(),
      metadata: metadata.optional(),
    }),
    answer: idAnswer,
    refusals: [404, 409],
  }),
  list: operation('units.list', 'GET', '/api/v2/units', {
    access: ['user', 'station'],
    query: pageQuery.extend({
      search_query: z.string().optional(),
      ids: many(id),
      serial_numbers: many(z.string()),
      part_numbers: many(z.string()),
      revision_numbers: many(z.string()),
      batch_numbers: many(z.string()),
      procedure_ids: many(id),
      outcomes: many(outcome),
      started_after: timestamp.optional(),
      started_before: timestamp.optional(),
      /** If true, the filters for runs apply to the last run of the unit instead of any. */
      latest_only: z.stringbool().default(false),
      run_count_min: count,
      run_count_max: count,
      ...createdQuery,
      created_by_user_ids: many(id),
      created_by_station_ids: many(id),
      exclude_units_with_parent: z.stringbool().default(false),
      samples: many(z.enum(['production', ...sample.options])),
      ...metadataQuery,
      sort_by: z
        .enum(['serial_number', 'created_at', 'last_run_at', 'part_number', 'last_run_procedure'])
        .default('created_at'),
      sort_order: sortOrder,
    }),
    answer: page(unitListItem),
  }),
  get: operation('units.get', 'GET', '/api/v2/units/{serial_number}', {
    access: ['user', 'station'],
    params: bySerial,
    answer: unit,
    refusals: [404],
  }),
  update: operation('units.update', 'PATCH', '/api/v2/units/{serial_number}', {
    access: ['user', 'station'],
    params: bySerial,
    body: z.object({
      new_serial_number: serialNumber.optional(),
      part_number: partNumber.optional(),
      revision_number: revisionNumber.optional(),
      /** Created if it does not exist; null removes the unit from its batch. */
      batch_number: batchNumber.nullish(),
      attachments: z.array(id).max(1000, 'At most 1000 attachments can be added at once.').optional(),
      sample: sample.nullish(),
      metadata: metadataChange.optional(),
    }),
    answer: idAnswer,
    refusals: [403, 404, 409],
  }),
  delete: operation('units.delete', 'DELETE', '/api/v2/units', {
    query: z.object({ serial_numbers: atLeastOne(lookupNumber) }),
    answer: z.object({ id: z.array(id) }),
    refusals: [404],
  }),
  addChild: operation('units.add_child', 'PUT', '/api/v2/units/{serial_number}/children', {
    access: ['user', 'station'],
    params: bySerial,
    body: z.object({ child_serial_number: lookupNumber }),
    answer: idAnswer,
    refusals: [403, 404],
  }),
  removeChild: operation('units.remove_child', 'DELETE', '/api/v2/units/{serial_number}/children', {
    access: ['user', 'station'],
    params: bySerial,
    query: z.object({ child_serial_number: lookupNumber }),
    answer: idAnswer,
    refusals: [403, 404],
  }),
} as const;
