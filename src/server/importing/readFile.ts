import { closeSync, createReadStream, openSync, readFileSync, readSync } from 'node:fs';
import { constants, gunzipSync } from 'node:zlib';
import { messageOf } from '../../shared/format/messageOf.ts';
import { parseTolerantJson } from '../../shared/json/tolerantJson.ts';
import { readAtml } from './atml/atmlReader.ts';
import { csvMapping } from './csvMapping.ts';
import { readCsv } from './csvReader.ts';
import { type ImportedRecord, ImportError, type ImportTarget } from './importedRecord.ts';
import { readOpenhtfRecord } from './openhtfReader.ts';
import { readStdf } from './stdf/stdfReader.ts';
import { bytesOf, isStdf } from './stdf/stdfStream.ts';
import { isWatsReport, readWatsRecord } from './watsReader.ts';

/** A bundle of its own, which is loaded by the command that imports. */
export const importFormats = ['openhtf', 'wats', 'csv', 'stdf', 'atml'] as const;
export type ImportFormat = (typeof importFormats)[number];

export interface ReadFile {
  readonly format: ImportFormat;
  /** Read while they are taken. @throws ImportError when the rest of the file cannot be read */
  readonly records: AsyncIterable<ImportedRecord> | Iterable<ImportedRecord>;
}

/**
 * Reads the records of a file. STDF and XML are recognized by their first bytes; of other files, one whose name ends in `.csv` is CSV, and
 * any other is JSON.
 * @param mapping of the columns, for CSV
 * @throws ImportError when the file as a whole cannot be read, ZodError when the mapping is wrong
 */
export function readFile(path: string, mapping: unknown, target: ImportTarget): ReadFile {
  const start = startOf(path);
  const isCompressed = start[0] === 0x1f && start[1] === 0x8b;
  if (isStdf(isCompressed ? gunzipStart(start) : start)) {
    return { format: 'stdf', records: readStdf(() => bytesOf(path, isCompressed), target) };
  }
  if (isXml(start)) return { format: 'atml', records: readAtml(createReadStream(path), target) };
  if (isCompressed) throw new ImportError('The compressed file is not STDF. Decompress it first.');
  const text = readText(path);
  if (/\.csv$/i.test(path)) {
    if (mapping === null) throw new ImportError('CSV needs a mapping of its columns: --mapping FILE.');
    return { format: 'csv', records: readCsv(text, csvMapping.parse(mapping), target) };
  }
  const content = parseJson(text);
  const all: unknown[] = Array.isArray(content) ? content : [content];
  const isWats = all.some(isWatsReport);
  const read = isWats ? readWatsRecord : readOpenhtfRecord;
  const records = all.map((each, index) => read(each, Array.isArray(content) ? `#${index + 1}` : ':1', target));
  return { format: isWats ? 'wats' : 'openhtf', records };
}

const isXml = (start: Buffer): boolean =>
  /^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\0]*</.test(start.toString('latin1', 0, 200));

function startOf(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(4096);
    return bytes.subarray(0, readSync(file, bytes));
  } finally {
    closeSync(file);
  }
}

function gunzipStart(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return Buffer.alloc(0);
  }
}

/** @throws ImportError if the file is not UTF-8 */
export function readText(path: string): string {
  const bytes = readFileSync(path);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ImportError('The file is not UTF-8.');
  }
}

function parseJson(text: string): unknown {
  try {
    return parseTolerantJson(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new ImportError(`The file is not JSON: ${messageOf(error)}`);
  }
}
