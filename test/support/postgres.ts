import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';

/** PostgreSQL refuses to run as root. */
const otherUser = 65_534;

export const isPostgres = process.env['TEST_ENGINE'] === 'postgres';

let address: Promise<string> | undefined;
const created = new Map<string, Promise<string>>();

/** Returns the address of a database for a data folder, which is created at the first call. */
export function databaseOf(folder: string): Promise<string> {
  const known = created.get(folder) ?? createDatabase(folder);
  created.set(folder, known);
  return known;
}

async function createDatabase(folder: string): Promise<string> {
  address ??= startPostgres();
  const server = await address;
  const name = `t${createHash('sha256').update(folder).digest('hex').slice(0, 20)}`;
  const client = new Client({ connectionString: `${server}/postgres` });
  await client.connect();
  try {
    await client.query(`create database ${name} template template0 lc_collate 'C' lc_ctype 'C' encoding 'UTF8'`);
  } finally {
    await client.end();
  }
  return `${server}/${name}`;
}

/** Starts a PostgreSQL server for this process, without durability. It ends with the process. */
async function startPostgres(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'test-stations-postgres-'));
  const data = join(folder, 'data');
  mkdirSync(data);
  const user = process.getuid?.() === 0 ? { uid: otherUser, gid: otherUser } : {};
  if (user.uid !== undefined) {
    chownSync(folder, user.uid, user.gid);
    chownSync(data, user.uid, user.gid);
  }
  execFileSync('initdb', ['-D', data, '-U', 'test', '-A', 'trust', '--locale', 'C', '-E', 'UTF8'], {
    ...user,
    cwd: folder,
    stdio: 'ignore',
  });
  const port = await freePort();
  const settings = ['fsync=off', 'listen_addresses=127.0.0.1', 'max_connections=500', 'full_page_writes=off'];
  const server = spawn(
    'postgres',
    ['-D', data, '-p', String(port), '-k', folder, ...settings.flatMap((setting) => ['-c', setting])],
    { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  process.once('exit', () => {
    server.kill('SIGQUIT');
    rmSync(folder, { recursive: true, force: true });
  });
  await ready(server);
  // Neither keeps the tests from ending. What PostgreSQL writes is still read, because it waits when a pipe is full.
  server.unref();
  if (server.stderr instanceof Socket) server.stderr.unref();
  return `postgres://test@127.0.0.1:${port}`;
}

const ready = (server: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    server.stderr?.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('ready to accept connections')) resolve();
    });
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`PostgreSQL ended with ${code}.`)));
  });

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
