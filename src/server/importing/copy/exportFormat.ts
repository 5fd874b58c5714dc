import * as z from 'zod';
import { id, timestamp } from '../../../shared/contract/common.ts';
import { metadata } from '../../../shared/contract/metadata.ts';
import { run } from '../../../shared/contract/runs.ts';
import { sample } from '../../../shared/contract/units.ts';

/** The files of an export, see `docs/how-to/export.md`. The manifest is written last: an export without it is incomplete. */
export const exportFiles = {
  manifest: 'export.json',
  procedures: 'procedures.jsonl',
  stations: 'stations.jsonl',
  units: 'units.jsonl',
  runs: 'runs.jsonl',
  attachments: 'attachments',
} as const;

const count = z.number().int().min(0);

export const exportManifest = z.object({
  format: z.literal('test-stations-export'),
  version: z.literal(1, 'The export is of another version of this program.'),
  exported_at: timestamp,
  instance: z.string(),
  counts: z.object({ procedures: count, stations: count, units: count, runs: count, attachments: count }),
});
export type ExportManifest = z.infer<typeof exportManifest>;

export const exportedProcedure = z.object({
  id,
  name: z.string(),
  identifier: z.string().nullable(),
  created_at: timestamp,
});

export const exportedStation = z.object({
  id,
  name: z.string(),
  created_at: timestamp,
  /** Removed stations keep their runs. */
  is_removed: z.boolean(),
  group_path: z.string().nullable(),
  /** The ids of the procedures that it is linked to. */
  procedures: z.array(id),
  metadata,
});

const exportedAttachment = z.object({
  id,
  name: z.string(),
  size: count,
  content_type: z.string().nullable(),
  sha256: z.string().nullable(),
  /** Relative to the export; null if the content was missing or damaged. */
  file: z
    .string()
    .regex(/^attachments\/[0-9a-f-]{2}\/[0-9a-f-]{36}$/)
    .nullable(),
});
export type ExportedAttachment = z.infer<typeof exportedAttachment>;

export const exportedUnit = z.object({
  id,
  serial_number: z.string(),
  created_at: timestamp,
  part_number: z.string(),
  part_name: z.string(),
  revision_number: z.string(),
  batch_number: z.string().nullable(),
  sample: sample.nullable(),
  /** The serial number of the unit into which it is built. */
  parent: z.string().nullable(),
  metadata,
  attachments: z.array(exportedAttachment),
});
export type ExportedUnit = z.infer<typeof exportedUnit>;

export const exportedRun = run.extend({ attachments: z.array(exportedAttachment.extend({ is_report: z.boolean() })) });
export type ExportedRun = z.infer<typeof exportedRun>;
