import { randomBytes, randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { activityFile } from '../../shared/contract/assistantActivity.ts';
import { serverExit, type ServerFile, serverFile } from '../../shared/contract/local.ts';
import { messageOf } from '../../shared/format/messageOf.ts';
import { incoming } from '../attachments/attachmentFolder.ts';
import { lockFile } from '../store/sqlite/databaseFile.ts';
import { CommandError, systemCode } from './commandError.ts';

/** Node's own `recursive` option never returns where the system refuses a new folder with ENOENT, as in /proc. */
function createFolder(path: string): void {
  if (existsSync(path)) return;
  createFolder(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another process may have created it in the meantime.
    if (!existsSync(path)) throw error;
  }
}

export const databaseFiles = (database: string): string[] => ['', '-journal', '-wal'].map((end) => database + end);

/** Writes a file for this user only. A concurrent reader, or a crash, sees the old or the new content, no part. */
function replaceFile(path: string, content: string): void {
  const temporary = `${path}.${randomUUID()}.part`;
  writeFileSync(temporary, content, { mode: 0o600, flag: 'wx', flush: true });
  renameSync(temporary, path);
}

export function syncFile(path: string): void {
  const file = openSync(path, 'r+');
  fsyncSync(file);
  closeSync(file);
}

const isLink = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;

const noAttachments = (folder: string): CommandError =>
  new CommandError(
    serverExit.storageUnusable,
    `The folder ${folder} of --attachments does not exist. Create it, or mount the disk that contains it.`,
  );

export class DataFolder {
  readonly path: string;
  readonly database: string;
  readonly databaseUrl: string | null;
  readonly attachments: string;
  readonly certificates: string;
  readonly authority: string;
  readonly log: string;
  readonly activity: string;
  readonly #addressFile: string;
  readonly #lockFile: string;
  readonly #secretFile: string;
  #unlock: (() => void) | undefined;

  /**
   * @param databaseUrl of the PostgreSQL database with the data; null: they are in the folder
   * @param attachments the folder of attachments, which must exist; null: the one in the data folder
   */
  constructor(path: string, databaseUrl: string | null = null, attachments: string | null = null) {
    this.databaseUrl = databaseUrl;
    this.path = resolve(path);
    this.database = join(this.path, 'stations.db');
    this.attachments = attachments ?? join(this.path, 'attachments');
    this.certificates = join(this.path, 'certificates');
    this.authority = join(this.certificates, 'ca.pem');
    this.log = join(this.path, 'server.log');
    this.activity = join(this.path, activityFile);
    this.#addressFile = join(this.path, 'server.json');
    this.#lockFile = join(this.path, 'server.lock.db');
    this.#secretFile = join(this.path, 'signing.secret');
    try {
      this.#refuseLinks();
      createFolder(this.path);
      // An empty folder in place of one that is not mounted would look as if all attachments were lost.
      if (attachments !== null && !existsSync(attachments)) throw noAttachments(attachments);
      createFolder(this.attachments);
    } catch (error) {
      throw error instanceof CommandError ? error : this.#notWritable(error);
    }
  }

  static existing(path: string, databaseUrl: string | null = null, attachments: string | null = null): DataFolder {
    if (databaseUrl !== null || existsSync(join(path, 'stations.db'))) {
      return new DataFolder(path, databaseUrl, attachments);
    }
    throw new CommandError(serverExit.usage, `There is no data of a station server in ${resolve(path)}. Check --data.`);
  }

  /** Until this process ends. @throws CommandError if another server has locked the folder, or if it is not writable */
  lock(): void {
    const unlock = this.#tryToLock();
    if (unlock === null) {
      const other = this.readServerFile();
      throw new CommandError(
        serverExit.folderInUse,
        `The data folder ${this.path} is in use by another station server${other ? ` (process ${other.pid}, ${other.url})` : ''}. ` +
          'Use that server, stop it, or choose another folder with --data.',
      );
    }
    this.#unlock = unlock;
  }

  #tryToLock(): (() => void) | null {
    try {
      return lockFile(this.#lockFile);
    } catch (error) {
      throw this.#notWritable(error);
    }
  }

  readServerFile(): ServerFile | null {
    try {
      return serverFile.parse(JSON.parse(readFileSync(this.#addressFile, 'utf8')));
    } catch {
      // The file is missing or incomplete. The next start writes a new one.
      return null;
    }
  }

  writeAddress(address: ServerFile): void {
    replaceFile(this.#addressFile, JSON.stringify(address));
  }

  /** The secret is not in the database, so that a stolen backup cannot sign anything for a running server. */
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
    this.#unlock?.();
  }

  /**
   * A link could lead to a file of the user outside of the folder, which would then be overwritten or deleted. Files
   * that the server creates replace a link; links in the place of data are left to a person.
   */
  #refuseLinks(): void {
    const databases = [this.database, this.#lockFile].flatMap((database) => [
      ...databaseFiles(database),
      `${database}-shm`,
    ]);
    const link =
      [...databases, this.#secretFile, this.attachments].find(isLink) ?? this.#attachmentFolders().find(isLink);
    if (link === undefined) return;
    throw new CommandError(
      serverExit.folderNotWritable,
      `${link} is a link, and the station server follows none within its data folder. Remove it, or put what it leads to ` +
        'in its place. The data folder as a whole may be a link.',
    );
  }

  #attachmentFolders(): string[] {
    const names = existsSync(this.attachments) ? readdirSync(this.attachments) : [];
    return names.filter((name) => name !== incoming).map((name) => join(this.attachments, name));
  }

  #notWritable(error: unknown): CommandError {
    return new CommandError(
      serverExit.folderNotWritable,
      `The data folder ${this.path} cannot be written (${messageOf(error)}). ` +
        'Give this user the right to write there, or choose another folder with --data.',
      error,
    );
  }
}
