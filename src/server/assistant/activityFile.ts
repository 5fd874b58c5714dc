import { open, rename, rm } from 'node:fs/promises';
import { parseActivity } from '../../shared/assistant/activityLine.ts';
import { type ActivityEntry, maxActivityFileBytes } from '../../shared/contract/assistantActivity.ts';
import { systemCode } from '../cli/commandError.ts';
import { logFailure } from '../cli/logFailure.ts';
import { appendFlags, readFlags } from '../openFlags.ts';

export class ActivityFile {
  readonly #path: string;
  readonly #maxBytes: number;
  #waiting: string[] = [];
  #written: Promise<void> = Promise.resolve();

  constructor(path: string, maxBytes = maxActivityFileBytes) {
    this.#path = path;
    this.#maxBytes = maxBytes;
  }

  /**
   * Lines that arrive during a write are written together: in a flood of calls, the record of another caller would otherwise wait
   * for all of them. A failure, such as a full disk, is logged.
   */
  add(line: string): Promise<void> {
    this.#waiting.push(`${line}\n`);
    if (this.#waiting.length === 1) this.#written = this.#written.then(() => this.#appendWaiting());
    return this.#written;
  }

  /** Returns the recorded calls, the newest first. */
  async read(): Promise<ActivityEntry[]> {
    await this.#written;
    const [current, earlier] = await Promise.all([readText(this.#path), readText(`${this.#path}.1`)]);
    return [...parseActivity(current), ...parseActivity(earlier)];
  }

  async #appendWaiting(): Promise<void> {
    const lines = this.#waiting.join('');
    this.#waiting = [];
    try {
      await this.#append(lines);
    } catch (error) {
      logFailure('The activity of assistants could not be recorded', error);
    }
  }

  async #append(lines: string): Promise<void> {
    let file = await this.#open();
    try {
      const { size } = await file.stat();
      if (size > 0 && size + Buffer.byteLength(lines) > this.#maxBytes) {
        await file.close();
        await rename(this.#path, `${this.#path}.1`);
        file = await this.#open();
      }
      await file.writeFile(lines);
    } finally {
      await file.close();
    }
  }

  /** A link is replaced, because it could lead to any file of the user. */
  async #open() {
    try {
      return await open(this.#path, appendFlags, 0o600);
    } catch (error) {
      if (systemCode(error) !== 'ELOOP') throw error;
      await rm(this.#path);
      return open(this.#path, appendFlags, 0o600);
    }
  }
}

async function readText(path: string): Promise<string> {
  try {
    const file = await open(path, readFlags);
    try {
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (['ENOENT', 'ELOOP'].includes(systemCode(error) ?? '')) return '';
    throw error;
  }
}
