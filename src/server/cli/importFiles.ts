import * as z from 'zod';
import { serverExit } from '../../shared/contract/local.ts';
import { messageOf } from '../../shared/format/messageOf.ts';
import { oneLine } from '../../shared/format/oneLine.ts';
import type { ReadFile } from '../importing/readFile.ts';
import { type RecordOfFile, RecordStore } from '../importing/storeRecords.ts';
import type { Engine } from '../store/engine.ts';
import { findProcedureCalled, findProceduresByName } from '../store/procedures.ts';
import { findStation, findStationsByName } from '../store/stations.ts';
import type { Store } from '../store/tables.ts';
import { CommandError } from './commandError.ts';
import type { DataFolder } from './dataFolder.ts';
import type { ImportOptions } from './importOptions.ts';
import { type ImportCounts, type Imported, summaryOf } from './importTarget.ts';
import { withStore } from './userKeys.ts';

interface Counts extends ImportCounts {
  /** The number of records by the fields that a run has no place for. */
  readonly notStored: Map<string, number>;
}

const recordsPerCommit = 64;

/**
 * Stores the results in files as runs of a station, even while the server of the folder is running. The records are
 * stored while the files are read, so files may be larger than the memory.
 * @param report is called with a line for each bad record, with its file and place
 * @throws CommandError if the station, the procedure or the mapping cannot be found
 */
export function importFiles(
  folder: DataFolder,
  files: readonly string[],
  options: ImportOptions,
  report: (problem: string) => void,
): Promise<Imported> {
  return withStore(folder, async (data) => {
    const { store } = data;
    const station = onlyOne('station', options.station, await stationsOf(store, options.station));
    const procedure = onlyOne('procedure', options.procedure, await proceduresOf(data, options.procedure));
    const { partNumber, timeZone, serialNumber, mapping } = options;
    const { readFile, readText } = await import('../importing/readFile.ts');
    const parsedMapping: unknown = mapping === null ? null : parseMapping(mapping, readText);
    const read = (file: string) => readFile(file, parsedMapping, { procedure, partNumber, timeZone, serialNumber });
    const importAll = async (isDryRun: boolean, reportBad: (problem: string) => void): Promise<Counts> => {
      const counts = { stored: 0, existed: 0, bad: 0, notStored: new Map<string, number>() };
      const records = new RecordStore(data, { kind: 'station', ...station }, isDryRun);
      for (const file of files) {
        try {
          await importFile(file, read(file), records, counts, reportBad);
        } catch (error) {
          if (error instanceof z.ZodError) {
            throw new CommandError(
              serverExit.usage,
              `The mapping ${mapping ?? ''} is wrong: ${z.prettifyError(error)}`,
            );
          }
          counts.bad += 1;
          reportBad(oneLine(`${file}: ${messageOf(error)}`));
        }
      }
      return counts;
    };
    if (options.isStrict) {
      const { bad } = await importAll(true, report);
      if (bad > 0) return { lines: [`Stored: 0, because of --strict. Bad: ${bad}.`], bad };
    }
    const counts = await importAll(options.isDryRun, report);
    return {
      lines: [summaryOf(counts, options.isDryRun), ...notStoredOf(counts)],
      bad: counts.bad,
    };
  });
}

async function importFile(
  file: string,
  { format, records }: ReadFile,
  store: RecordStore,
  counts: Counts,
  report: (problem: string) => void,
): Promise<void> {
  store.beginFile();
  const reportBad = (place: string, problem: string): void => {
    counts.bad += 1;
    report(oneLine(`${file}${place}: ${problem}`));
  };
  let waiting: RecordOfFile[] = [];
  const storeWaiting = async (): Promise<void> => {
    const stored = waiting;
    waiting = [];
    const results = await store.store(stored);
    for (const [index, result] of results.entries()) {
      if (typeof result === 'object') reportBad(stored[index]?.place ?? '', result.problem);
      else counts[result] += 1;
    }
  };
  try {
    for await (const record of records) {
      if ('problem' in record) {
        reportBad(record.place, record.problem);
        continue;
      }
      for (const field of record.notStored) counts.notStored.set(field, (counts.notStored.get(field) ?? 0) + 1);
      waiting.push({ ...record, file, format });
      if (waiting.length === recordsPerCommit) await storeWaiting();
    }
  } finally {
    await storeWaiting();
  }
}

function notStoredOf({ notStored }: Counts): string[] {
  if (notStored.size === 0) return [];
  const fields = [...notStored].sort().map(([field, count]) => `${oneLine(field)} (${count})`);
  return [`A run has no place for these fields (number of results): ${fields.join(', ')}.`];
}

function parseMapping(file: string, readText: (file: string) => string): unknown {
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

async function proceduresOf({ store }: Engine, called: string): Promise<Named[]> {
  const found = await findProcedureCalled(store, called);
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
