import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before } from 'mocha';
import { bucket, startObjectStorage } from '../support/objectStorage.ts';
import { temporaryFolder } from './support.ts';

export const attachmentPlaces = ['the data folder', 'an object storage'] as const;

/** A place for the contents of attachments, for a server of a suite. */
export interface AttachmentPlace {
  readonly env: NodeJS.ProcessEnv;
  readonly args: readonly string[];
  /** Returns the names of the contents below the folder or bucket, without those that are incomplete. */
  names(dataFolder: string): string[];
}

/** Prepares a place for the suite in which this is called. */
export function useAttachmentPlace(name: (typeof attachmentPlaces)[number]): AttachmentPlace {
  if (name === 'the data folder') return { env: {}, args: [], names: filesOf };
  const env: NodeJS.ProcessEnv = {};
  const folder = temporaryFolder();
  let storage: Awaited<ReturnType<typeof startObjectStorage>>;
  before(async () => {
    storage = await startObjectStorage(folder);
    Object.assign(env, storage.env);
  });
  after(() => storage.stop());
  const prefix = 'attachments/';
  return {
    env,
    args: ['--attachments', `s3://${bucket}`],
    names: () =>
      storage
        .keys()
        .filter((key) => key.startsWith(prefix))
        .map((key) => key.slice(prefix.length)),
  };
}

function filesOf(dataFolder: string): string[] {
  const folder = join(dataFolder, 'attachments');
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile() && !file.name.endsWith('.part'))
    .map(({ name }) => name);
}
