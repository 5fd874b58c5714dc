import { DatabaseSync } from 'node:sqlite';

export type DatabaseFile = DatabaseSync;

const sqliteBusy = 5;

const waitForLocksMs = 10_000;

export const openForReading = (path: string): DatabaseFile =>
  new DatabaseSync(path, { readOnly: true, timeout: waitForLocksMs });

export const openForWriting = (path: string): DatabaseFile =>
  new DatabaseSync(path, { enableForeignKeyConstraints: true, timeout: waitForLocksMs });

/** Does work with a database that no server uses, and closes it. */
export function withDatabase<T>(database: DatabaseFile, work: (database: DatabaseFile) => T): T {
  try {
    return work(database);
  } finally {
    database.close();
  }
}

/**
 * The lock is the operating system's, so it is released even if the process is killed.
 * @returns a function that releases the lock; null if another process has it
 */
export function lockFile(path: string): (() => void) | null {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(path, { timeout: 0 });
    lock.exec('begin exclusive');
  } catch (error) {
    lock?.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy) return null;
    throw error;
  }
  const held = lock;
  return () => held.close();
}
