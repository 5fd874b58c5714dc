import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { serverExit } from '../contract/local.ts';
import { messageOf } from '../domain/messageOf.ts';
import { attachmentPath } from './attachments/attachmentFiles.ts';
import { type DataFolder } from './dataFolder.ts';
import { StartFailure, systemCode } from './startFailure.ts';
import { howToRestore, isDamage } from './store/damage.ts';

/** The folder of a backup's attachments. */
export const attachmentsOf = (file: string): string => `${file}.attachments`;

/**
 * Copies a data folder as it is at one moment: the database to `file`, the contents of its attachments beside it. The
 * folder's server may run meanwhile.
 * @returns how many attachments were copied
 * @throws StartFailure when there is something at `file` already, or it cannot be written
 */
export function backup(folder: DataFolder, to: string): number {
  const file = resolve(to);
  for (const taken of [file, attachmentsOf(file)]) {
    if (existsSync(taken)) throw new StartFailure(serverExit.usage, `${taken} exists already. Give --to another name.`);
  }
  const part = `${file}.part`;
  const unfinished = { database: join(part, 'stations.db'), attachments: join(part, 'attachments') };
  const clear = (): void => rmSync(part, { recursive: true, force: true });
  try {
    clear();
    // A folder of this user's alone: where others may write, too, one of them could put a link in the way.
    mkdirSync(part, { mode: 0o700 });
    const before = storedIn(folder.database);
    // Those that are deleted from now on are in the backup's database or not; here they are in any case.
    copyAll(before, folder.attachments, unfinished.attachments);
    copyDatabase(folder.database, unfinished.database);
    const after = storedIn(unfinished.database);
    copyAll(without(after, before), folder.attachments, unfinished.attachments);
    for (const id of after) requireCopy(unfinished.attachments, id);
    for (const id of without(before, after)) rmSync(attachmentPath(unfinished.attachments, id), { force: true });
    renameSync(unfinished.attachments, attachmentsOf(file));
    renameSync(unfinished.database, file);
    clear();
    return after.size;
  } catch (error) {
    clear();
    throw describe(error, folder, file);
  }
}

const without = (ids: ReadonlySet<string>, others: ReadonlySet<string>): string[] =>
  [...ids].filter((id) => !others.has(id));

function copyDatabase(from: string, to: string): void {
  const database = new DatabaseSync(from, { readOnly: true, timeout: 10_000 });
  try {
    database.prepare('vacuum into ?').run(to);
  } finally {
    database.close();
  }
  const file = openSync(to, 'r+');
  fsyncSync(file);
  closeSync(file);
}

/** The ids of the attachments whose content a database says is there. */
function storedIn(path: string): Set<string> {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 10_000 });
  try {
    const rows = database.prepare('select id from uploads where stored_at is not null').all();
    return new Set(rows.map(({ id }) => String(id)));
  } finally {
    database.close();
  }
}

function copyAll(ids: Iterable<string>, from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const id of ids) {
    const target = attachmentPath(to, id);
    mkdirSync(dirname(target), { recursive: true });
    try {
      copyFileSync(attachmentPath(from, id), target, constants.COPYFILE_FICLONE);
    } catch (error) {
      // Deleted by the running server since it was listed.
      if (systemCode(error) !== 'ENOENT') throw error;
    }
  }
}

function requireCopy(attachments: string, id: string): void {
  if (existsSync(attachmentPath(attachments, id))) return;
  throw new StartFailure(
    1,
    `The file of attachment ${id} is missing. If it was deleted just now, try again; else "server.js check" tells more.`,
  );
}

function describe(error: unknown, folder: DataFolder, file: string): StartFailure {
  if (error instanceof StartFailure) return error;
  if (isDamage(error)) {
    const what = `The database ${folder.database} is damaged (${messageOf(error)}) and was not backed up.`;
    return new StartFailure(serverExit.databaseDamaged, `${what} ${howToRestore}`, error);
  }
  return new StartFailure(
    1,
    `The backup to ${file} failed (${messageOf(error)}). Check that there is space and that this user may write there.`,
    error,
  );
}
