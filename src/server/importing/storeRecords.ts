import { basename } from 'node:path';
import { RunInputError } from '../../shared/run/newRun.ts';
import type { Caller } from '../http/authentication.ts';
import { RefusalError } from '../http/refusalError.ts';
import { hashOf, noMarks } from '../pushMarks.ts';
import { pushRun } from '../pushRun.ts';
import type { Engine } from '../store/engine.ts';
import type { GoodRecord } from './importedRecord.ts';
import type { ImportFormat } from './readFile.ts';

export interface RecordOfFile extends GoodRecord {
  readonly file: string;
  readonly format: ImportFormat;
}

export type StoreResult = 'stored' | 'existed' | { readonly problem: string };

/** Undoes what a dry run has done. */
class DryRunEnd extends Error {
  readonly existed: boolean;

  constructor(existed: boolean) {
    super();
    this.existed = existed;
  }
}

/**
 * Stores records as runs of a station. Each is marked with a hash of its content, by which it is found when it is imported
 * again. The second of two equal records of a file is another result.
 */
export class RecordStore {
  readonly #data: Pick<Engine, 'writer'>;
  readonly #station: Caller;
  readonly #isDryRun: boolean;
  #numbers = new Map<string, number>();

  constructor(data: Pick<Engine, 'writer'>, station: Caller, isDryRun: boolean) {
    this.#data = data;
    this.#station = station;
    this.#isDryRun = isDryRun;
  }

  beginFile(): void {
    this.#numbers = new Map();
  }

  store(records: readonly RecordOfFile[]): Promise<StoreResult[]> {
    const marked = records.map((record) => {
      const hash = hashOf([record.format, record.run.procedure, record.content]);
      return { record, hash, number: this.#numberOf(hash) };
    });
    return Promise.all(marked.map(({ record, hash, number }) => this.#store(record, hash, number)));
  }

  #numberOf(hash: string): number {
    const number = (this.#numbers.get(hash) ?? 0) + 1;
    this.#numbers.set(hash, number);
    return number;
  }

  async #store({ file, format, place, run }: RecordOfFile, hash: string, number: number): Promise<StoreResult> {
    const key = `station ${this.#station.id} import ${hash} ${number}`;
    const imported = { import_format: format, import_source: `${basename(file)}${place}` };
    const marks = { ...noMarks, pushKey: key, hash };
    const push = { run: { ...run, metadata: { ...run.metadata, ...imported } }, caller: this.#station, marks };
    try {
      const { existed } = await this.#data.writer.push([push], async (transaction) => {
        const pushed = await pushRun(transaction, push);
        if (!this.#isDryRun) return pushed;
        await transaction.change();
        throw new DryRunEnd(pushed.existed);
      });
      return existed ? 'existed' : 'stored';
    } catch (error) {
      if (error instanceof DryRunEnd) return error.existed ? 'existed' : 'stored';
      if (!(error instanceof RefusalError || error instanceof RunInputError)) throw error;
      return { problem: error.message };
    }
  }
}
