import { constants } from 'node:fs';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseActivity } from '../../shared/assistant/activityLine.ts';
import { type ActivityEntry, maxActivityFileBytes } from '../../shared/contract/assistantActivity.ts';

/** The record of the calls of assistants in the storage of the extension, which all windows share. */
export class ActivityLog {
  readonly #path: string;
  readonly #maxBytes: number;
  #written: Promise<void> = Promise.resolve();

  constructor(path: string, maxBytes = maxActivityFileBytes) {
    this.#path = path;
    this.#maxBytes = maxBytes;
  }

  /** Appends a line. @throws Error if it cannot be written */
  add(line: string): Promise<void> {
    const written = this.#written.then(() => this.#append(`${line}\n`));
    this.#written = written.catch(() => undefined);
    return written;
  }

  async read(): Promise<ActivityEntry[]> {
    await this.#written;
    const [current, earlier] = await Promise.all([readText(this.#path), readText(`${this.#path}.1`)]);
    return [...parseActivity(current), ...parseActivity(earlier)];
  }

  async #append(line: string): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true });
    const file = await open(this.#path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT, 0o600);
    let size: number;
    try {
      await file.writeFile(line);
      ({ size } = await file.stat());
    } finally {
      await file.close();
    }
    if (size >= this.#maxBytes) await rename(this.#path, `${this.#path}.1`);
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}
