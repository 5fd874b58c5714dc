import { constants, copyFileSync, existsSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { serverExit } from '../../shared/contract/local.ts';
import { messageOf } from '../../shared/format/messageOf.ts';
import { attachmentFault } from '../attachments/attachmentFault.ts';
import { attachmentIds, attachmentPath } from '../attachments/attachmentFolder.ts';
import type { StoredAttachment } from '../attachments/contents.ts';
import { diskProblem, howToRestore, isDamage } from '../store/databaseErrors.ts';
import { openForReading, openForWriting, withDatabase } from '../store/sqlite/databaseFile.ts';
import { requireKnownSchema } from '../store/sqlite/schema/migrations.ts';
import { CommandError, systemCode } from './commandError.ts';
import { databaseFiles, type DataFolder, syncFile } from './dataFolder.ts';

export const attachmentsOf = (file: string): string => `${file}.attachments`;

const damagedCopyOf = (file: string): string => `${file}.damaged`;

interface Backup {
  attachments: number;
  faults: string[];
}

type Stored = ReadonlyMap<string, StoredAttachment>;

/**
 * Copies a data folder as it is at one moment: the database to `file`, its attachments to a folder beside it. The
 * server of the folder may be running. Attachments that are missing or damaged do not stop the backup. The files of a
 * damaged database are copied unchanged to another place, which cannot be mistaken for a backup.
 * @throws CommandError if `file` exists already or cannot be written, or if the database is damaged
 */
export const backup = (folder: DataFolder, to: string): Backup => writeBackup(folder, to, copyFolder);

/** Copies the database without its attachments, which are in an object storage. @throws CommandError */
export const backupDatabase = (folder: DataFolder, to: string): void =>
  writeBackup(folder, to, ({ database }, file, part) => {
    requireKnownSchema(database);
    const unfinished = join(part, 'stations.db');
    copyDatabase(database, unfinished);
    renameSync(unfinished, file);
  });

function writeBackup<T>(
  folder: DataFolder,
  to: string,
  copy: (folder: DataFolder, file: string, part: string) => T,
): T {
  const file = resolve(to);
  for (const taken of [file, attachmentsOf(file), damagedCopyOf(file)]) {
    if (existsSync(taken)) throw new CommandError(serverExit.usage, `${taken} exists already. Give --to another name.`);
  }
  const part = `${file}.part`;
  const clear = (): void => rmSync(part, { recursive: true, force: true });
  try {
    clear();
    // The new folder belongs to this user alone: in a shared folder another user could place a link.
    mkdirSync(part, { mode: 0o700 });
    return copy(folder, file, part);
  } catch (error) {
    clear();
    if (isDamage(error)) throw copyDamaged(folder, file, error);
    throw commandErrorOf(error, file);
  } finally {
    clear();
  }
}

function copyFolder(folder: DataFolder, file: string, part: string): Backup {
  const unfinished = { database: join(part, 'stations.db'), attachments: join(part, 'attachments') };
  requireKnownSchema(folder.database);
  const before = readStoredAttachments(folder.database);
  // Attachments deleted from now on may be missing from the copied database. Here they are copied in any case.
  const copied = copyReadable(before.keys(), folder.attachments, unfinished.attachments);
  copyDatabase(folder.database, unfinished.database);
  const after = readStoredAttachments(unfinished.database);
  const isNew = (id: string): boolean => !copied.has(id);
  copyReadable([...after.keys()].filter(isNew), folder.attachments, unfinished.attachments);
  const faulty = [...after.values()].filter((stored) => attachmentFault(unfinished.attachments, stored) !== null);
  const now = faulty.length > 0 ? readStoredAttachments(folder.database) : after;
  // The running server deletes the row first, then the file. These were deleted after the database was copied.
  const deleted = faulty.filter(({ id }) => !now.has(id));
  if (deleted.length > 0) removeUploads(unfinished.database, deleted);
  const faults = faulty
    .filter(({ id }) => now.has(id))
    .map((stored) => faultOf(stored, folder, unfinished.attachments));
  for (const id of before.keys()) {
    if (!after.has(id)) rmSync(attachmentPath(unfinished.attachments, id), { force: true });
  }
  renameSync(unfinished.attachments, attachmentsOf(file));
  renameSync(unfinished.database, file);
  return { attachments: after.size - faulty.length, faults };
}

/** Returns what is wrong with a faulty copy. The original tells the reason, unless it has been repaired since. */
const faultOf = (stored: StoredAttachment, folder: DataFolder, copies: string): string =>
  attachmentFault(folder.attachments, stored) ?? attachmentFault(copies, stored) ?? '';

function removeUploads(path: string, uploads: readonly StoredAttachment[]): void {
  withDatabase(openForWriting(path), (database) => {
    const remove = database.prepare('delete from uploads where id = ?');
    for (const { id } of uploads) remove.run(id);
  });
}

function copyDatabase(from: string, to: string): void {
  withDatabase(openForReading(from), (database) => database.prepare('vacuum into ?').run(to));
  syncFile(to);
}

function readStoredAttachments(path: string): Stored {
  const rows = withDatabase(openForReading(path), (database) =>
    database.prepare('select id, name, size from uploads where stored_at is not null').all(),
  );
  return new Map(
    rows.map(({ id, name, size }) => [String(id), { id: String(id), name: String(name), size: Number(size) }]),
  );
}

function copyReadable(ids: Iterable<string>, from: string, to: string): Set<string> {
  const copied = new Set<string>();
  mkdirSync(to, { recursive: true });
  for (const id of ids) {
    const source = attachmentPath(from, id);
    const target = attachmentPath(to, id);
    // A link could lead to any file, so it is skipped too.
    if (!lstatSync(source, { throwIfNoEntry: false })?.isFile()) continue;
    mkdirSync(dirname(target), { recursive: true });
    try {
      copyFileSync(source, target, constants.COPYFILE_FICLONE);
      copied.add(id);
    } catch (error) {
      // The running server has deleted it since it was listed, or it is damaged. A backup that cannot be written is an
      // error.
      if (systemCode(error) !== 'ENOENT' && isReadable(source)) throw error;
      rmSync(target, { recursive: true, force: true });
    }
  }
  return copied;
}

function isReadable(file: string): boolean {
  try {
    readFileSync(file);
    return true;
  } catch {
    return false;
  }
}

function copyDamaged(folder: DataFolder, file: string, damage: unknown): CommandError {
  const target = damagedCopyOf(file);
  const what = `The database ${folder.database} is damaged (${messageOf(damage)}) and was not backed up.`;
  try {
    mkdirSync(target, { mode: 0o700 });
    for (const path of databaseFiles(folder.database)) {
      if (existsSync(path)) copyFileSync(path, join(target, basename(path)));
    }
    const copied = copyReadable(attachmentIds(folder.attachments), folder.attachments, join(target, 'attachments'));
    const kept = `Its files were copied as they are, with ${copied.size} attachments, to ${target}.`;
    return new CommandError(serverExit.databaseDamaged, `${what} ${kept} ${howToRestore}`, damage);
  } catch (error) {
    rmSync(target, { recursive: true, force: true });
    const failed = `Its files could not be copied to ${target} (${messageOf(error)}).`;
    return new CommandError(serverExit.databaseDamaged, `${what} ${failed} ${howToRestore}`, damage);
  }
}

function commandErrorOf(error: unknown, file: string): CommandError {
  if (error instanceof CommandError) return error;
  return new CommandError(
    diskProblem(error) === null ? 1 : serverExit.diskTrouble,
    `The backup to ${file} failed (${messageOf(error)}). Check that there is space and that this user may write there.`,
    error,
  );
}
