import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { serverExit } from '../../shared/contract/local.ts';
import { messageOf } from '../../shared/format/messageOf.ts';
import { oneLine } from '../../shared/format/oneLine.ts';
import type { ImportTarget } from '../importing/importedRecord.ts';
import { type RecordOfFile, storeRecords } from '../importing/storeRecords.ts';
import type { Engine } from '../store/engine.ts';
import { findProceduresByName } from '../store/procedures.ts';
import { findStation, findStationsByName } from '../store/stations.ts';
import type { Store } from '../store/tables.ts';
import { CommandError } from './commandError.ts';
import type { DataFolder } from './dataFolder.ts';
import type { ImportOptions } from './importOptions.ts';
import { withStore } from './userKeys.ts';

interface Imported {
  /** What was stored, for stdout. */
  readonly lines: readonly string[];
  /** A line for each bad record, with its file and place. */
  readonly problems: readonly string[];
}

interface ReadRecords {
  readonly good: readonly RecordOfFile[];
  readonly problems: readonly string[];
}

/**
 * Stores the results in files as runs of a station, even while the server of the folder is running.
 * @throws CommandError if the station, the procedure or the mapping cannot be found
 */
export function importFiles(folder: DataFolder, files: readonly string[], options: ImportOptions): Promise<Imported> {
  return withStore(folder, async (data) => {
    const { store } = data;
    const station = onlyOne('station', options.station, await stationsOf(store, options.station));
    const procedure = onlyOne('procedure', options.procedure, await proceduresOf(data, options.procedure));
    const { good, problems } = await readAll(files, options, { procedure, partNumber: options.partNumber });
    const storeAll = async (isDryRun: boolean) => {
      const stored = await storeRecords(data, good, { kind: 'station', ...station }, isDryRun);
      const refused = stored.flatMap(({ record, result }) =>
        typeof result === 'object' ? [`${record.file}${record.place}: ${result.problem}`] : [],
      );
      const count = (wanted: string): number => stored.filter(({ result }) => result === wanted).length;
      return { problems: [...problems, ...refused], stored: count('stored'), existed: count('existed') };
    };
    const tried = options.isDryRun || options.isStrict ? await storeAll(true) : null;
    if (tried !== null && options.isStrict && tried.problems.length > 0) {
      return {
        lines: [`Stored: 0, because of --strict. Bad: ${tried.problems.length}.`],
        problems: tried.problems.map((each) => oneLine(each)),
      };
    }
    const result = tried !== null && options.isDryRun ? tried : await storeAll(false);
    return {
      lines: [
        `${options.isDryRun ? 'To store' : 'Stored'}: ${result.stored}. Already stored: ${result.existed}. Bad: ${result.problems.length}.`,
        ...notStoredOf(good),
      ],
      problems: result.problems.map((each) => oneLine(each)),
    };
  });
}

/** Lists the fields with values that a run has no place for, with the number of their records. */
function notStoredOf(records: readonly RecordOfFile[]): string[] {
  const counts = new Map<string, number>();
  for (const { notStored } of records) for (const field of notStored) counts.set(field, (counts.get(field) ?? 0) + 1);
  if (counts.size === 0) return [];
  const fields = [...counts].sort().map(([field, count]) => `${oneLine(field)} (${count})`);
  return [`A run has no place for these fields (number of results): ${fields.join(', ')}.`];
}

async function readAll(
  files: readonly string[],
  { mapping }: ImportOptions,
  target: ImportTarget,
): Promise<ReadRecords> {
  const { readFile } = await import('../importing/readFile.ts');
  const parsedMapping: unknown = mapping === null ? null : parseMapping(mapping);
  const good: RecordOfFile[] = [];
  const problems: string[] = [];
  for (const file of files) {
    try {
      const { format, records } = readFile(file, readText(file), parsedMapping, target);
      for (const record of records) {
        if ('problem' in record) problems.push(`${file}${record.place}: ${record.problem}`);
        else good.push({ ...record, file, format });
      }
    } catch (error) {
      if (error instanceof z.ZodError)
        throw new CommandError(serverExit.usage, `The mapping ${mapping ?? ''} is wrong: ${z.prettifyError(error)}`);
      problems.push(`${file}: ${messageOf(error)}`);
    }
  }
  return { good, problems };
}

function readText(file: string): string {
  const bytes = readFileSync(file);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Error('The file is not UTF-8.');
  }
}

function parseMapping(file: string): unknown {
  try {
    return JSON.parse(readText(file));
  } catch (error) {
    throw new CommandError(serverExit.usage, `The mapping ${file} cannot be read: ${messageOf(error)}`);
  }
}

interface Named {
  readonly id: string;
  readonly name: string;
}

async function stationsOf(store: Store, called: string): Promise<Named[]> {
  const byId = await findStation(store, called.toLowerCase());
  return byId === null ? findStationsByName(store, called) : [byId];
}

async function proceduresOf({ store, pushes }: Engine, called: string): Promise<Named[]> {
  const found = await pushes.findProcedure(store, called);
  return found === undefined ? findProceduresByName(store, called) : [found];
}

function onlyOne(what: string, called: string, found: readonly Named[]): Named {
  const [first, second] = found;
  if (first === undefined)
    throw new CommandError(serverExit.usage, `There is no ${what} "${called}" in the data folder.`);
  if (second === undefined) return { id: first.id, name: first.name };
  const ids = found.map(({ id }) => id).join(', ');
  throw new CommandError(serverExit.usage, `Several have the name of the ${what} "${called}". Use an id: ${ids}.`);
}
