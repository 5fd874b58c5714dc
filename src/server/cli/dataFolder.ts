import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type ServerAddress, serverAddress, serverExit, type ServerFile } from '../../shared/contract/local.ts';
import { messageOf } from '../../shared/format/messageOf.ts';
import { incoming } from '../attachments/attachmentFiles.ts';
import { StartError, systemCode } from './startError.ts';

const sqliteBusy = 5;

/** Node's own `recursive` option never returns where the system refuses a new folder with ENOENT, as in /proc. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another process may have created it in the meantime.
    if (!existsSync(path)) throw error;
  }
}

/** The endings of the files that SQLite keeps for one database. */
const filesOf = (database: string): string[] => ['', '-journal', '-wal', '-shm'].map((end) => database + end);

/** Returns the files that contain the data of a database. */
export const databaseFiles = (database: string): { path: string; name: string }[] =>
  ['', '-journal', '-wal'].map((end) => ({ path: database + end, name: basename(database) + end }));

/**
 * Writes a file that only this user may read. A concurrent reader, or a crash, sees the old or the new content, never a
 * part.
 */
function replaceFile(path: string, content: string): void {
  const temporary = `${path}.${randomUUID()}.part`;
  writeFileSync(temporary, content, { mode: 0o600, flag: 'wx', flush: true });
  renameSync(temporary, path);
}

const isLink = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;

/** The files of a data folder. */
export class DataFolder {
  readonly path: string;
  readonly database: string;
  readonly attachments: string;
  /** Folder of the certificates for live streams, including the one that clients must trust. */
  readonly certificates: string;
  readonly authority: string;
  /** The log of the server, if a window started it. */
  readonly log: string;
  readonly #addressFile: string;
  readonly #lockFile: string;
  readonly #secretFile: string;
  #lock: DatabaseSync | undefined;

  /**
   * Opens a data folder, and creates it if it does not exist.
   * @throws StartError if it cannot be created, or if a link is in the place of a data file
   */
  constructor(path: string) {
    this.path = resolve(path);
    this.database = join(this.path, 'stations.db');
    this.attachments = join(this.path, 'attachments');
    this.certificates = join(this.path, 'certificates');
    this.authority = join(this.certificates, 'ca.pem');
    this.log = join(this.path, 'server.log');
    this.#addressFile = join(this.path, 'server.json');
    this.#lockFile = join(this.path, 'server.lock.db');
    this.#secretFile = join(this.path, 'signing.secret');
    try {
      this.#refuseLinks();
      makeFolder(this.attachments);
    } catch (error) {
      throw error instanceof StartError ? error : this.#notWritable(error);
    }
  }

  /**
   * Opens a folder that a server has used before.
   * @throws StartError if it is not a data folder
   */
  static existing(path: string): DataFolder {
    if (existsSync(join(path, 'stations.db'))) return new DataFolder(path);
    throw new StartError(serverExit.usage, `There is no data of a station server in ${resolve(path)}. Check --data.`);
  }

  /**
   * Locks the folder for this process until it ends. The lock is the operating system's, on a database file that exists
   * for this only, so it is released even if the process is killed.
   * @throws StartError if another server has locked the folder, or if it is not writable
   */
  lock(): void {
    let lock: DatabaseSync | undefined;
    try {
      lock = new DatabaseSync(this.#lockFile, { timeout: 0 });
      lock.exec('begin exclusive');
      this.#lock = lock;
    } catch (error) {
      lock?.close();
      if (!(error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy)) {
        throw this.#notWritable(error);
      }
      const other = this.readAddress();
      throw new StartError(
        serverExit.folderInUse,
        `The data folder ${this.path} is in use by another station server${other ? ` (process ${other.pid}, ${other.url})` : ''}. ` +
          'Use that server, stop it, or choose another folder with --data.',
        error,
      );
    }
  }

  /** Returns the address that the folder's server uses, or used last; null if none ever ran. */
  readAddress(): ServerAddress | null {
    try {
      return serverAddress.parse(JSON.parse(readFileSync(this.#addressFile, 'utf8')));
    } catch {
      // The file is missing or incomplete. The next start writes a new one.
      return null;
    }
  }

  writeAddress(address: ServerFile): void {
    replaceFile(this.#addressFile, JSON.stringify(address));
  }

  /**
   * Returns the secret that signs the addresses of attachments and the read-only links to stations; creates it if the
   * folder has none. It is not in the database, so that a stolen backup cannot sign anything for a running server.
   */
  signingSecret(): string {
    try {
      const stored = readFileSync(this.#secretFile, 'utf8');
      if (/^[0-9a-f]{64}$/.test(stored)) return stored;
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw this.#notWritable(error);
    }
    const created = randomBytes(32).toString('hex');
    replaceFile(this.#secretFile, created);
    return created;
  }

  release(): void {
    this.#lock?.close();
  }

  /**
   * A link could lead to a file of the user outside of the folder, which would then be overwritten or deleted. Files
   * that the server creates replace a link; links in the place of data are left to a person.
   */
  #refuseLinks(): void {
    const kept = [this.database, this.#lockFile].flatMap(filesOf);
    const link = [...kept, this.#secretFile, this.attachments].find(isLink) ?? this.#attachmentFolders().find(isLink);
    if (link === undefined) return;
    throw new StartError(
      serverExit.folderNotWritable,
      `${link} is a link, and the station server follows none within its data folder. Remove it, or put what it leads to ` +
        'in its place. The data folder as a whole may be a link.',
    );
  }

  #attachmentFolders(): string[] {
    const names = existsSync(this.attachments) ? readdirSync(this.attachments) : [];
    return names.filter((name) => name !== incoming).map((name) => join(this.attachments, name));
  }

  #notWritable(error: unknown): StartError {
    return new StartError(
      serverExit.folderNotWritable,
      `The data folder ${this.path} cannot be written (${messageOf(error)}). ` +
        'Give this user the right to write there, or choose another folder with --data.',
      error,
    );
  }
}
