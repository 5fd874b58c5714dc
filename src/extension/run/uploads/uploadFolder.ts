import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type * as z from 'zod';
import {
  outboxEntry,
  outboxHanded,
  outboxTried,
  type PendingUploadEntry,
  type UploadAttempt,
} from '../../../shared/contract/pendingUpload.ts';
import { isStillAlive } from '../../vscode/processes.ts';
import { renameWithRetries } from '../../vscode/renameWithRetries.ts';
import { takeLock } from './resultLock.ts';

/** A result that waits on disk. */
export interface PendingUpload extends PendingUploadEntry {
  readonly folder: string;
  /** Why the script's own push failed; null: it did not push, or died before it could. */
  readonly handed: { readonly status: number | null; readonly message: string | null } | null;
  /** The script that wrote it still has it. */
  readonly isBusy: boolean;
  readonly tried: UploadAttempt | null;
}

/** Reads and writes the folder of results; all windows of the machine share it. */
export class UploadFolder {
  readonly path: string;
  readonly #rename: (from: string, to: string) => Promise<void>;

  /** @param rename renames a file or folder, however long another program has it open */
  constructor(path: string, rename: (from: string, to: string) => Promise<void> = renameWithRetries) {
    this.path = path;
    this.#rename = rename;
  }

  async ensure(): Promise<string> {
    await mkdir(this.path, { recursive: true, mode: 0o700 });
    await this.#tidy();
    return this.path;
  }

  /** What was half written or half removed when its process was killed goes when nobody can be at it any more. */
  async #tidy(): Promise<void> {
    for (const name of await readdir(this.path)) {
      const path = join(this.path, name);
      if (!name.startsWith('.') || (await writtenAt(path)) > Date.now() - dayMillis) continue;
      await rm(path, { recursive: true, force: true });
    }
  }

  /** The oldest first. What cannot be read is left alone: it may be half written, or of a newer version. */
  async list(): Promise<PendingUpload[]> {
    const names = await readdir(this.path).catch(() => [] as string[]);
    const all = await Promise.all(names.filter((name) => !name.startsWith('.')).map((name) => this.#read(name)));
    return all.filter((each) => each !== undefined).sort((a, b) => a.started_at - b.started_at);
  }

  async #read(name: string): Promise<PendingUpload | undefined> {
    const folder = join(this.path, name);
    const entry = await parsed(join(folder, 'entry.json'), outboxEntry);
    if (entry === undefined) return undefined;
    const handed = (await parsed(join(folder, 'handed.json'), outboxHanded)) ?? null;
    const tried = (await parsed(join(folder, 'tried.json'), outboxTried)) ?? null;
    const { pid, birth } = entry;
    const isBusy = handed === null && (await isStillAlive(pid, await writtenAt(join(folder, 'entry.json')), birth));
    return { ...entry, folder, handed, tried, isBusy };
  }

  body(result: PendingUpload): Promise<Buffer> {
    return readFile(join(result.folder, 'body.json'));
  }

  attachment(result: PendingUpload, file: string): Promise<Buffer> {
    return readFile(join(result.folder, file));
  }

  /** Changes what is pushed. */
  async replaceBody(result: PendingUpload, body: string): Promise<void> {
    const file = join(result.folder, 'body.json');
    await writeFile(`${file}.part`, body);
    await this.#rename(`${file}.part`, file);
  }

  async noteTry(result: PendingUpload, tried: UploadAttempt): Promise<void> {
    const file = join(result.folder, 'tried.json');
    await writeFile(`${file}.part`, JSON.stringify(tried));
    await this.#rename(`${file}.part`, file);
  }

  async remove(result: PendingUpload): Promise<void> {
    // Under another name first: half of a result would be pushed again and again.
    const gone = join(this.path, `.gone-${basename(result.folder)}`);
    try {
      await this.#rename(result.folder, gone);
    } catch {
      // What has no entry is no result any more.
      await rm(join(result.folder, 'entry.json'), { force: true, maxRetries: 3 });
      await rm(result.folder, { recursive: true, force: true, maxRetries: 3 });
      return;
    }
    await rm(gone, { recursive: true, force: true, maxRetries: 3 });
  }

  /**
   * Does the work while no other window may touch the result, with what is on the disk then.
   * @returns undefined when another window is at it, or it is gone
   */
  async alone<T>({ folder }: PendingUpload, work: (result: PendingUpload) => Promise<T>): Promise<T | undefined> {
    const release = await takeLock(folder);
    if (release === undefined) return undefined;
    try {
      const now = await this.#read(basename(folder));
      return now === undefined ? undefined : await work(now);
    } finally {
      await release();
    }
  }
}

const dayMillis = 24 * 60 * 60_000;

/** Milliseconds since 1970; the present, when it is gone. */
async function writtenAt(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.mtimeMs ?? Date.now();
}

async function parsed<S extends z.ZodType>(file: string, schema: S): Promise<z.output<S> | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}
