import { createHash } from 'node:crypto';
import { createWriteStream, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { serverExit } from '../../shared/contract/local.ts';
import { messageOf } from '../../shared/format/messageOf.ts';
import { oneLine } from '../../shared/format/oneLine.ts';
import type { Contents } from '../attachments/contents.ts';
import {
  type ExportedAttachment,
  type ExportedRun,
  type ExportedUnit,
  exportFiles,
  type ExportManifest,
} from '../importing/copy/exportFormat.ts';
import { readRun } from '../routes/v2/readRun.ts';
import { findInstance } from '../store/instance.ts';
import { readMetadata } from '../store/metadata.ts';
import { selectRuns } from '../store/runs.ts';
import type { Store } from '../store/tables.ts';
import { isoTime } from '../store/time.ts';
import type { UploadRow } from '../store/uploads.ts';
import { CommandError } from './commandError.ts';
import type { DataFolder } from './dataFolder.ts';
import { JsonLines } from './jsonLines.ts';
import { openData, requireUpdated } from './openData.ts';
import { type BucketOptions, openContents } from './storageOptions.ts';

/** Rows that are read at a time: memory does not grow with their number. */
const pageLength = 200;
const runsPerPage = 10;

interface Exported {
  readonly lines: readonly string[];
  readonly problems: number;
}

/**
 * Writes everything that a server knows about its runs to a new folder. The server of the data may be running: runs that it
 * stores meanwhile may be missing.
 * @param report is called with a line for each attachment that could not be exported
 * @throws CommandError if the folder is not empty or cannot be written, or if the data is of another version
 */
export async function exportData(
  folder: DataFolder,
  output: string,
  bucket: BucketOptions | null,
  report: (line: string) => void,
): Promise<Exported> {
  if (folder.databaseUrl === null) requireUpdated(folder);
  createOutput(output);
  const { contents } = await openContents(folder.attachments, bucket);
  const { store } = await openData(folder);
  try {
    const attachments = new AttachmentWriter(contents, output, report);
    const counts = {
      runs: await writeRuns(store, output, attachments),
      units: await writeUnits(store, output, attachments),
      stations: await writeStations(store, output),
      procedures: await writeProcedures(store, output),
    };
    const manifest: ExportManifest = {
      format: 'test-stations-export',
      version: 1,
      exported_at: new Date().toISOString(),
      instance: await findInstance(store),
      counts: { ...counts, attachments: attachments.written },
    };
    const text = `${JSON.stringify(manifest, null, 2)}\n`;
    writeFileSync(join(output, exportFiles.manifest), text, { flag: 'wx', flush: true });
    const { runs, units, stations, procedures } = counts;
    return {
      lines: [
        `Exported to ${output}: ${procedures} procedures, ${stations} stations, ${units} units, ${runs} runs and ${attachments.written} attachments.`,
      ],
      problems: attachments.problems,
    };
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(1, `The export to ${output} is incomplete: ${messageOf(error)}`, error);
  } finally {
    await store.destroy();
  }
}

function createOutput(output: string): void {
  if (existsSync(output) && readdirSync(output).length > 0) {
    throw new CommandError(serverExit.usage, `${output} is not empty. Give --output a new or an empty folder.`);
  }
  mkdirSync(output, { recursive: true, mode: 0o700 });
}

async function writeRuns(store: Store, output: string, attachments: AttachmentWriter): Promise<number> {
  const lines = new JsonLines(join(output, exportFiles.runs));
  let last = 0;
  for (;;) {
    const rows = await selectRuns(store).where('r.key', '>', last).orderBy('r.key').limit(runsPerPage).execute();
    for (const row of rows) {
      last = row.key;
      const uploads = await storedUploads(store, 'run_id', row.id);
      const run: ExportedRun = { ...(await readRun(store, row)), attachments: [] };
      for (const upload of uploads) {
        run.attachments.push({ ...(await attachments.write(upload)), is_report: upload.is_report === 1 });
      }
      await lines.write(run);
    }
    if (rows.length < runsPerPage) return lines.end();
  }
}

async function writeUnits(store: Store, output: string, attachments: AttachmentWriter): Promise<number> {
  const lines = new JsonLines(join(output, exportFiles.units));
  let last = 0;
  for (;;) {
    const rows = await store
      .selectFrom('units as u')
      .innerJoin('revisions as rev', 'rev.id', 'u.revision_id')
      .innerJoin('parts as part', 'part.id', 'rev.part_id')
      .leftJoin('batches as b', 'b.id', 'u.batch_id')
      .leftJoin('units as parent', 'parent.id', 'u.parent_id')
      .select(['u.key', 'u.id', 'u.serial_number', 'u.created_at', 'u.sample', 'u.metadata_json'])
      .select(['part.number as part_number', 'part.name as part_name', 'rev.number as revision_number'])
      .select(['b.number as batch_number', 'parent.serial_number as parent'])
      .where('u.key', '>', last)
      .orderBy('u.key')
      .limit(pageLength)
      .execute();
    for (const { key, created_at, metadata_json, ...row } of rows) {
      last = key;
      const uploads = await storedUploads(store, 'unit_id', row.id);
      const unit: ExportedUnit = {
        ...row,
        created_at: isoTime(created_at),
        metadata: readMetadata(metadata_json),
        attachments: [],
      };
      for (const upload of uploads) unit.attachments.push(await attachments.write(upload));
      await lines.write(unit);
    }
    if (rows.length < pageLength) return lines.end();
  }
}

const storedUploads = (store: Store, owner: 'run_id' | 'unit_id', id: string): Promise<UploadRow[]> =>
  store
    .selectFrom('uploads')
    .selectAll()
    .where(owner, '=', id)
    .where('stored_at', 'is not', null)
    .orderBy('created_at')
    .orderBy('id')
    .execute();

async function writeStations(store: Store, output: string): Promise<number> {
  const lines = new JsonLines(join(output, exportFiles.stations));
  const links = await store.selectFrom('station_procedures').selectAll().orderBy('linked_at').execute();
  const rows = await store.selectFrom('stations').selectAll().orderBy('created_at').orderBy('id').execute();
  for (const { id, name, created_at, archived_at, group_path, metadata_json } of rows) {
    await lines.write({
      id,
      name,
      created_at: isoTime(created_at),
      is_removed: archived_at !== null,
      group_path,
      procedures: links.filter(({ station_id }) => station_id === id).map(({ procedure_id }) => procedure_id),
      metadata: readMetadata(metadata_json),
    });
  }
  return lines.end();
}

async function writeProcedures(store: Store, output: string): Promise<number> {
  const lines = new JsonLines(join(output, exportFiles.procedures));
  const rows = await store.selectFrom('procedures').selectAll().orderBy('created_at').orderBy('id').execute();
  for (const { id, name, identifier, created_at } of rows) {
    await lines.write({ id, name, identifier, created_at: isoTime(created_at) });
  }
  return lines.end();
}

class AttachmentWriter {
  readonly #contents: Contents;
  readonly #output: string;
  readonly #report: (line: string) => void;
  written = 0;
  problems = 0;

  constructor(contents: Contents, output: string, report: (line: string) => void) {
    this.#contents = contents;
    this.#output = output;
    this.#report = report;
  }

  /** Copies a content. One that is missing or not as it was stored is left out and reported. */
  async write({ id, name, size, content_type, sha256 }: UploadRow): Promise<ExportedAttachment> {
    const file = [exportFiles.attachments, id.slice(0, 2), id].join('/');
    const exported = { id, name, size: size ?? 0, content_type, sha256 };
    try {
      const found = await this.#copy(id, join(this.#output, file));
      if (found.size !== size) throw new Error(`it has ${found.size} bytes and should have ${size}`);
      if (sha256 !== null && found.sha256 !== sha256) throw new Error('its content has changed since it was stored');
      this.written += 1;
      return { ...exported, file };
    } catch (error) {
      if (!existsSync(this.#output)) throw error;
      this.problems += 1;
      this.#report(oneLine(`Attachment ${id} (${JSON.stringify(name)}) is not exported: ${messageOf(error)}.`));
      return { ...exported, file: null };
    }
  }

  async #copy(id: string, path: string): Promise<{ size: number; sha256: string }> {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    let size = 0;
    const hash = createHash('sha256');
    const meter = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        size += chunk.length;
        hash.update(chunk);
        done(null, chunk);
      },
    });
    await pipeline(await this.#contents.open(id), meter, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
    return { size, sha256: hash.digest('hex') };
  }
}
