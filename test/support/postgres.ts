import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { freePort } from './freePort.ts';

/** PostgreSQL refuses to run as root. */
const otherUser = 65_534;

export const hasPostgres = spawnSync('postgres', ['--version']).status === 0;

export const isPostgres = process.env['TEST_ENGINE'] === 'postgres';

let shared: Promise<TestPostgres> | undefined;
const created = new Map<string, Promise<string>>();

/** The PostgreSQL server of all test files of this process, for tests that do not end it. Each uses a database of its own. */
export function sharedPostgres(): Promise<TestPostgres> {
  shared ??= TestPostgres.start();
  return shared;
}

/** Returns the address of a database for a data folder, which is created at the first call. */
export function databaseOf(folder: string): Promise<string> {
  const known = created.get(folder) ?? createDatabase(folder);
  created.set(folder, known);
  return known;
}

async function createDatabase(folder: string): Promise<string> {
  const name = `t${createHash('sha256').update(folder).digest('hex').slice(0, 20)}`;
  return (await sharedPostgres()).createDatabase(name);
}

/** A PostgreSQL server without durability on a disk, which ends with this process. */
export class TestPostgres {
  readonly port: number;
  readonly #address: string;
  readonly #folder: string;
  readonly #program: { path: string; user: { uid?: number; gid?: number } };
  #process: ChildProcess | undefined;

  private constructor(
    folder: string,
    user: { uid?: number; gid?: number },
    { port, address }: { port: number; address: string },
    program?: string,
  ) {
    this.#address = address;
    this.#program = program === undefined ? { path: 'postgres', user } : { path: program, user: {} };
    this.#folder = folder;
    this.port = port;
    process.once('exit', () => {
      this.#process?.kill('SIGQUIT');
      rmSync(folder, { recursive: true, force: true });
    });
  }

  /**
   * @param program runs PostgreSQL in another place, as a user that is not root
   * @param address of a network there, whose machines it lets in too
   */
  static async start(program?: string, address = '127.0.0.1'): Promise<TestPostgres> {
    const folder = mkdtempSync(join(tmpdir(), 'test-stations-postgres-'));
    const user = process.getuid?.() === 0 ? { uid: otherUser, gid: otherUser } : {};
    if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
    execFileSync('initdb', ['-D', join(folder, 'data'), '-U', 'test', '-A', 'trust', '--locale', 'C', '-E', 'UTF8'], {
      ...user,
      cwd: folder,
      stdio: 'ignore',
    });
    if (address !== '127.0.0.1') appendFileSync(join(folder, 'data/pg_hba.conf'), 'host all all samenet trust\n');
    const server = new TestPostgres(folder, user, { port: await freePort(), address }, program);
    await server.run();
    return server;
  }

  /** Starts the server, also again after its end. */
  async run(): Promise<void> {
    const settings = ['fsync=off', `listen_addresses=${this.#address}`, 'max_connections=500', 'full_page_writes=off'];
    const server = spawn(
      this.#program.path,
      [
        ...['-D', join(this.#folder, 'data'), '-p', String(this.port), '-k', this.#folder],
        ...settings.flatMap((setting) => ['-c', setting]),
      ],
      { ...this.#program.user, cwd: this.#folder, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    this.#process = server;
    await ready(server);
    // Neither keeps the tests from ending. What PostgreSQL writes is still read, because it waits when a pipe is full.
    server.unref();
    if (server.stderr instanceof Socket) server.stderr.unref();
  }

  /** Ends the server at once: what it has committed is recovered at its next start. */
  async crash(): Promise<void> {
    const server = this.#process;
    if (server === undefined) return;
    server.ref();
    const ended = once(server, 'exit');
    server.kill('SIGQUIT');
    await ended;
    this.#process = undefined;
  }

  /** Returns a client that is not connected yet. Its socket is a file, which other network namespaces have, too. */
  client(database: string): Client {
    const host = process.platform === 'win32' ? '127.0.0.1' : this.#folder;
    return new Client({ host, port: this.port, user: 'test', database });
  }

  /** Returns the address of the new database. */
  async createDatabase(name: string): Promise<string> {
    const url = `postgres://test@${this.#address}:${this.port}`;
    const client = this.client('postgres');
    await client.connect();
    try {
      await client.query(`create database ${name} template template0 lc_collate 'C' lc_ctype 'C' encoding 'UTF8'`);
    } finally {
      await client.end();
    }
    return `${url}/${name}`;
  }
}

const ready = (server: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    server.stderr?.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('ready to accept connections')) resolve();
    });
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`PostgreSQL ended with ${code}.`)));
  });
