import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { serverExit } from '../../shared/contract/local.ts';
import { messageOf } from '../../shared/format/messageOf.ts';
import { oneLine } from '../../shared/format/oneLine.ts';
import { copyProcedures, copyStations, copyUnit, UnitCopyError } from '../importing/copy/copyPlaces.ts';
import { type CopiedAttachment, type CopyResult, RunCopier } from '../importing/copy/copyRun.ts';
import {
  type ExportedAttachment,
  exportedProcedure,
  type ExportedRun,
  exportedRun,
  exportedStation,
  exportedUnit,
  exportFiles,
  type ExportManifest,
  exportManifest,
} from '../importing/copy/exportFormat.ts';
import { ImportError } from '../importing/importedRecord.ts';
import { CommandError, systemCode } from './commandError.ts';
import type { DataFolder } from './dataFolder.ts';
import { type Imported, summaryOf, withImportTarget } from './importTarget.ts';
import { readJsonLines } from './jsonLines.ts';
import type { BucketOptions } from './storageOptions.ts';

interface ExportImportOptions {
  readonly from: string;
  readonly isDryRun: boolean;
  readonly bucket: BucketOptions | null;
}

/**
 * What was imported before is skipped, so an interrupted import continues when it is started again.
 * @param report is called with a line for each problem, and for the progress
 */
export function importExport(
  folder: DataFolder,
  { from, isDryRun, bucket }: ExportImportOptions,
  report: (line: string) => void,
): Promise<Imported> {
  const { counts: expected } = readManifest(from);
  return withImportTarget(folder, bucket, async (target) => {
    const copier = new RunCopier(target, { source: null, format: 'export', isDryRun });
    const counts = { stored: 0, existed: 0, bad: 0 };
    const bad = (file: string, line: number, problem: string): void => {
      counts.bad += 1;
      report(oneLine(`${join(from, file)}:${line}: ${problem}`));
    };
    async function* valuesOf<T>(file: string, schema: z.ZodType<T>, count: number): AsyncGenerator<[T, number]> {
      let read = 0;
      for await (const { line, value, problem } of readJsonLines(join(from, file), schema)) {
        read = line;
        if (value === undefined) bad(file, line, problem ?? '');
        else yield [value, line];
      }
      if (read !== count) bad(file, read, `The file has ${read} lines, and the export was written with ${count}.`);
    }

    const procedures = new Map<string, z.infer<typeof exportedProcedure>>();
    for await (const [procedure] of valuesOf(exportFiles.procedures, exportedProcedure, expected.procedures)) {
      procedures.set(procedure.id, procedure);
    }
    const stations: z.infer<typeof exportedStation>[] = [];
    for await (const [station] of valuesOf(exportFiles.stations, exportedStation, expected.stations)) {
      stations.push(station);
    }
    if (!isDryRun) {
      const procedureIds = await copyProcedures(target, [...procedures.values()]);
      const stationIds = await copyStations(target, stations, procedureIds);
      for (const [id, here] of [...procedureIds, ...stationIds]) copier.places.set(id, here);
    }
    const waiting = new Set<string>();
    const copy = async (run: ExportedRun, line: number, isLast: boolean): Promise<void> => {
      const result: CopyResult = await copier.copy(
        {
          run: { ...run, attachments: [] },
          procedureIdentifier: procedures.get(run.procedure.id)?.identifier ?? null,
          attachments: run.attachments.flatMap((each) => attachmentOf(from, each, each.is_report)),
        },
        isLast,
      );
      if (result === 'waits') waiting.add(run.id);
      else if (typeof result === 'object') bad(exportFiles.runs, line, result.problem);
      else counts[result] += 1;
      if (line % 1000 === 0 && !isLast) report(summaryOf(counts, isDryRun));
    };
    for await (const [run, line] of valuesOf(exportFiles.runs, exportedRun, expected.runs))
      await copy(run, line, false);
    if (waiting.size > 0) {
      for await (const { line, value } of readJsonLines(join(from, exportFiles.runs), exportedRun)) {
        if (value !== undefined && waiting.has(value.id)) await copy(value, line, true);
      }
    }
    if (!isDryRun) {
      for (const isParentPass of [false, true]) {
        const count = expected.units;
        const lines = isParentPass
          ? withoutProblems(join(from, exportFiles.units))
          : valuesOf(exportFiles.units, exportedUnit, count);
        for await (const [unit, line] of lines) {
          try {
            const attachments = unit.attachments.flatMap((each) => attachmentOf(from, each, false));
            await copyUnit(target, copier, unit, attachments, isParentPass);
          } catch (error) {
            if (!(error instanceof ImportError || error instanceof UnitCopyError)) throw error;
            bad(exportFiles.units, line, error.message);
          }
        }
      }
    }
    const created = [...copier.created].sort();
    return {
      lines: [
        summaryOf(counts, isDryRun),
        ...(isDryRun && created.length > 0 ? [`To create: ${created.join(', ')}.`] : []),
      ],
      bad: counts.bad,
    };
  });
}

async function* withoutProblems(path: string): AsyncGenerator<[z.infer<typeof exportedUnit>, number]> {
  for await (const { line, value } of readJsonLines(path, exportedUnit)) if (value !== undefined) yield [value, line];
}

function readManifest(from: string): ExportManifest {
  const file = join(from, exportFiles.manifest);
  try {
    return exportManifest.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw new CommandError(
      serverExit.usage,
      `${from} is no complete export of "server.js export": ${exportFiles.manifest} cannot be read (${oneLine(reason)}).`,
    );
  }
}

/** Contents that the export lacks are reported by the export, and are not in the copy. */
function attachmentOf(from: string, each: ExportedAttachment, isReport: boolean): CopiedAttachment[] {
  const { name, content_type, size, sha256, file } = each;
  if (file === null) return [];
  const open = (): Promise<AsyncIterable<Uint8Array>> => Promise.resolve(contentOf(join(from, file), name));
  return [{ name, contentType: content_type, size, sha256, isReport, open }];
}

async function* contentOf(path: string, name: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(path)) if (Buffer.isBuffer(chunk)) yield chunk;
  } catch (error) {
    if (systemCode(error) === null) throw error;
    throw new ImportError(`The file of the attachment "${name}" cannot be read: ${messageOf(error)}`);
  }
}
