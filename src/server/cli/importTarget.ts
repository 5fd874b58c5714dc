import { join } from 'node:path';
import { incoming } from '../attachments/attachmentFolder.ts';
import { Attachments } from '../attachments/attachments.ts';
import type { Engine } from '../store/engine.ts';
import { findInstance } from '../store/instance.ts';
import type { DataFolder } from './dataFolder.ts';
import { type BucketOptions, openContents } from './storageOptions.ts';
import { withStore } from './userKeys.ts';

export interface Imported {
  readonly lines: readonly string[];
  /** The number of records that were not stored because they are bad. */
  readonly bad: number;
}

export interface ImportCounts {
  stored: number;
  existed: number;
  bad: number;
}

export const summaryOf = ({ stored, existed, bad }: ImportCounts, isDryRun: boolean): string =>
  `${isDryRun ? 'To store' : 'Stored'}: ${stored}. Already stored: ${existed}. Bad: ${bad}.`;

export const withImportTarget = <T>(
  folder: DataFolder,
  bucket: BucketOptions | null,
  work: (target: Engine & { readonly files: Attachments }) => Promise<T>,
): Promise<T> =>
  withStore(folder, async (data) => {
    const { contents, claim } = await openContents(folder.attachments, bucket);
    await claim(await findInstance(data.store));
    const files = new Attachments(contents, join(folder.attachments, incoming, `import-${process.pid}`));
    return work({ ...data, files });
  });
