import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type * as z from 'zod';
import {
  type PendingUploadEntry,
  pendingUploadEntry,
  pendingUploadHandover,
  type UploadAttempt,
  uploadAttempt,
} from '../../../shared/contract/pendingUpload.ts';
import { isStillAlive } from '../../vscode/processes.ts';
import { renameWithRetries } from '../../vscode/renameWithRetries.ts';
import { acquireLock } from './resultLock.ts';

export interface PendingUpload extends PendingUploadEntry {
  readonly folder: string;
  /** Why the script's own push failed; null when it did not push, or died before it could. */
  readonly handed: { readonly status: number | null; readonly message: string | null } | null;
  readonly isBusy: boolean;
  readonly tried: UploadAttempt | null;
}

/** The folder of pending uploads. All windows of the machine share it. */
export class UploadFolder {
  readonly path: string;
  readonly #rename: (from: string, to: string) => Promise<void>;

  constructor(path: string, rename: (from: string, to: string) => Promise<void> = renameWithRetries) {
    this.path = path;
    this.#rename = rename;
  }

  async ensure(): Promise<string> {
    await mkdir(this.path, { recursive: true, mode: 0o700 });
    await this.#removeLeftovers();
    return this.path;
  }

  /** Removes results that were half written or half removed by a killed process, once no process can be at work on them. */
  async #removeLeftovers(): Promise<void> {
    for (const name of await readdir(this.path)) {
      const path = join(this.path, name);
      if (!name.startsWith('.') || (await modifiedAtMs(path)) > Date.now() - dayMs) continue;
      await rm(path, { recursive: true, force: true });
    }
  }

  /** Returns the results, the oldest first, without unreadable ones: they may be half written, or of a newer version. */
  async list(): Promise<PendingUpload[]> {
    const names = await readdir(this.path).catch(() => [] as string[]);
    const all = await Promise.all(names.filter((name) => !name.startsWith('.')).map((name) => this.#read(name)));
    return all.filter((each) => each !== undefined).sort((a, b) => a.started_at - b.started_at);
  }

  async #read(name: string): Promise<PendingUpload | undefined> {
    const folder = join(this.path, name);
    const entry = await readJson(join(folder, 'entry.json'), pendingUploadEntry);
    if (entry === undefined) return undefined;
    const handed = (await readJson(join(folder, 'handed.json'), pendingUploadHandover)) ?? null;
    const tried = (await readJson(join(folder, 'tried.json'), uploadAttempt)) ?? null;
    const { pid, birth } = entry;
    const isBusy = handed === null && (await isStillAlive(pid, await modifiedAtMs(join(folder, 'entry.json')), birth));
    return { ...entry, folder, handed, tried, isBusy };
  }

  body(result: PendingUpload): Promise<Buffer> {
    return readFile(join(result.folder, 'body.json'));
  }

  attachment(result: PendingUpload, file: string): Promise<Buffer> {
    return readFile(join(result.folder, file));
  }

  replaceBody(result: PendingUpload, body: string): Promise<void> {
    return this.#replaceFile(join(result.folder, 'body.json'), body);
  }

  saveAttempt(result: PendingUpload, tried: UploadAttempt): Promise<void> {
    return this.#replaceFile(join(result.folder, 'tried.json'), JSON.stringify(tried));
  }

  async #replaceFile(file: string, content: string): Promise<void> {
    await writeFile(`${file}.part`, content);
    await this.#rename(`${file}.part`, file);
  }

  async remove(result: PendingUpload): Promise<void> {
    // Renamed first, because a half-removed result would be pushed again and again.
    const removed = join(this.path, `.gone-${basename(result.folder)}`);
    try {
      await this.#rename(result.folder, removed);
    } catch {
      // Without its entry it is no longer listed.
      await rm(join(result.folder, 'entry.json'), { force: true, maxRetries: 3 });
      await rm(result.folder, { recursive: true, force: true, maxRetries: 3 });
      return;
    }
    await rm(removed, { recursive: true, force: true, maxRetries: 3 });
  }

  /**
   * Does the work with the result as it is on disk now, locked against other windows.
   * @returns undefined when another window has the lock, or the result is gone
   */
  async withLock<T>({ folder }: PendingUpload, work: (result: PendingUpload) => Promise<T>): Promise<T | undefined> {
    const release = await acquireLock(folder);
    if (release === undefined) return undefined;
    try {
      const now = await this.#read(basename(folder));
      return now === undefined ? undefined : await work(now);
    } finally {
      await release();
    }
  }
}

const dayMs = 24 * 60 * 60_000;

async function modifiedAtMs(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.mtimeMs ?? Date.now();
}

async function readJson<S extends z.ZodType>(file: string, schema: S): Promise<z.output<S> | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}
