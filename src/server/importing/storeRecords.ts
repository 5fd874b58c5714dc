import { basename } from 'node:path';
import { RunInputError } from '../../shared/run/newRun.ts';
import type { Caller } from '../http/authentication.ts';
import { RefusalError } from '../http/refusalError.ts';
import { hashOf } from '../pushMarks.ts';
import { pushRun } from '../pushRun.ts';
import type { Engine } from '../store/engine.ts';
import type { GoodRecord } from './importedRecord.ts';
import type { ImportFormat } from './readFile.ts';

/** A record that can be stored, with the file that it is from. */
export interface RecordOfFile extends GoodRecord {
  readonly file: string;
  readonly format: ImportFormat;
}

export interface StoredRecord {
  readonly record: RecordOfFile;
  readonly result: 'stored' | 'existed' | { readonly problem: string };
}

/** Undoes what a dry run has done. */
class DryRunEnd extends Error {
  readonly existed: boolean;

  constructor(existed: boolean) {
    super();
    this.existed = existed;
  }
}

const recordsPerCommit = 64;

/**
 * Stores records as runs of a station. Each is marked with a hash of its content, by which it is found when it is imported
 * again. The second of two equal records of a file is another result.
 */
export async function storeRecords(
  { writer, pushes }: Pick<Engine, 'writer' | 'pushes'>,
  records: readonly RecordOfFile[],
  station: Caller,
  isDryRun: boolean,
): Promise<StoredRecord[]> {
  const numbers = new Map<string, number>();
  const marked = records.map((record) => {
    const hash = hashOf([record.format, record.run.procedure, record.content]);
    const inFile = `${record.file} ${hash}`;
    const number = (numbers.get(inFile) ?? 0) + 1;
    numbers.set(inFile, number);
    return { record, hash, key: `station ${station.id} import ${hash} ${number}` };
  });

  const store = async ({ record, hash, key }: (typeof marked)[number]): Promise<StoredRecord> => {
    const { file, format, place, run } = record;
    const imported = { import_format: format, import_source: `${basename(file)}${place}` };
    const marks = { pushKey: key, refKey: null, hash, isByAssistant: false };
    const marked = { ...run, metadata: { ...run.metadata, ...imported } };
    try {
      const { existed } = await writer.write(async (change) => {
        const pushed = await pushRun({ change, pushes }, marked, station, marks);
        if (isDryRun) throw new DryRunEnd(pushed.existed);
        return pushed;
      });
      return { record, result: existed ? 'existed' : 'stored' };
    } catch (error) {
      if (error instanceof DryRunEnd) return { record, result: error.existed ? 'existed' : 'stored' };
      if (!(error instanceof RefusalError || error instanceof RunInputError)) throw error;
      return { record, result: { problem: error.message } };
    }
  };
  const stored: StoredRecord[] = [];
  for (let from = 0; from < marked.length; from += recordsPerCommit) {
    stored.push(...(await Promise.all(marked.slice(from, from + recordsPerCommit).map(store))));
  }
  return stored;
}
