import { messageOf } from '../../shared/format/messageOf.ts';
import { parseTolerantJson } from '../../shared/json/tolerantJson.ts';
import { csvMapping } from './csvMapping.ts';
import { readCsv } from './csvReader.ts';
import { type ImportedRecord, ImportError, type ImportTarget } from './importedRecord.ts';
import { readOpenhtfRecord } from './openhtfReader.ts';
import { isWatsReport, readWatsRecord } from './watsReader.ts';

/** A bundle of its own, which is loaded by the command that imports. */
export const importFormats = ['openhtf', 'wats', 'csv'] as const;
export type ImportFormat = (typeof importFormats)[number];

export interface ReadFile {
  readonly format: ImportFormat;
  readonly records: readonly ImportedRecord[];
}

/**
 * Reads the records of a file. A file whose name ends in `.csv` is CSV, any other is JSON.
 * @param mapping of the columns, for CSV
 * @throws ImportError when the file as a whole cannot be read, ZodError when the mapping is wrong
 */
export function readFile(name: string, text: string, mapping: unknown, target: ImportTarget): ReadFile {
  if (/\.csv$/i.test(name)) {
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

function parseJson(text: string): unknown {
  try {
    return parseTolerantJson(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new ImportError(`The file is not JSON: ${messageOf(error)}`);
  }
}
