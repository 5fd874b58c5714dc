import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';

/** The transactions of all servers of a database take this lock, so that one writes at a time. */
export const writerLock = 7_446_903_261;

export const activeLock = 7_446_903_262;

export const isActiveLock = `locktype = 'advisory' and classid = ${Math.floor(activeLock / 2 ** 32)} and objid = ${activeLock % 2 ** 32}`;

const retryDelayMs = 250;
const connectTimeoutMs = 10_000;

/**
 * PostgreSQL ends a connection with the lock when nothing was sent on it for this long: the process stands still, or its network is
 * cut. A thread sends on it, which has nothing else to do.
 */
const silenceLimitMs = 2_500;
const checkIntervalMs = 500;
const answerLimitMs = 10_000;

/** By these settings, PostgreSQL notices within four seconds that the machine of a server is gone. */
export const whenMachineIsGone = {
  tcp_keepalives_idle: 1,
  tcp_keepalives_interval: 1,
  tcp_keepalives_count: 3,
  tcp_user_timeout: 4_000,
};

export interface Lease {
  readonly backendId: number;
  release(): Promise<void>;
}

const isWriterLock = `locktype = 'advisory' and classid = ${Math.floor(writerLock / 2 ** 32)} and objid = ${writerLock % 2 ** 32}
  and database = (select oid from pg_database where datname = current_database())`;

interface LeaseOptions {
  /** Is called with each attempt that failed. @param error null if another server is active */
  readonly waiting: (error: unknown) => void;
  /** The lock is gone: another server may be active from now on. */
  readonly lost: (error: unknown) => void;
  readonly isStuck: () => boolean;
}

/**
 * Waits until this process is the active server of the database. The lock belongs to a connection of its own, so that it ends
 * with this process, whatever happens to it. The lock is asked for again and again: a statement that waits for it would be a
 * transaction of days, and PostgreSQL could not clean up what was deleted since it began.
 * @throws Error if the first connection fails, as with a wrong password
 */
export async function takeLease(url: string, { waiting, lost, isStuck }: LeaseOptions): Promise<Lease> {
  let session: Client | null = await connect(url);
  for (;;) {
    try {
      session ??= await connect(url);
      const { rows } = await session.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [
        activeLock,
      ]);
      if (rows[0]?.taken === true) return await hold(session, lost, isStuck);
      waiting(null);
    } catch (error) {
      waiting(error);
      session?.end().catch(() => undefined);
      session = null;
    }
    await delay(retryDelayMs);
  }
}

async function connect(url: string): Promise<Client> {
  const session = new Client({
    connectionString: url,
    keepAlive: true,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: answerLimitMs,
  });
  // An error without a listener would end the process. The next query fails, too.
  session.on('error', () => undefined);
  await session.connect();
  const settings = { ...whenMachineIsGone, idle_session_timeout: silenceLimitMs };
  await session.query(
    Object.entries(settings)
      .map(([name, value]) => `set ${name} = ${value}`)
      .join('; '),
  );
  return session;
}

async function hold(session: Client, lost: (error: unknown) => void, isStuck: () => boolean): Promise<Lease> {
  const { rows } = await session.query<{ id: number }>('select pg_backend_pid() as id');
  // The former active server may stand still within a transaction, and would keep all others from writing.
  await session.query(
    `select pg_terminate_backend(pid) from pg_locks join pg_stat_activity using (pid)
     where ${isWriterLock} and granted and usename = current_user`,
  );
  let isHeld = true;
  let timer: NodeJS.Timeout | undefined;
  const lose = (error: unknown): void => {
    if (!isHeld) return;
    isHeld = false;
    lost(error);
  };
  const check = async (): Promise<void> => {
    try {
      if (isStuck()) throw new Error('The server has done nothing for a long time.');
      const { rowCount } = await session.query(
        `select 1 from pg_locks where ${isActiveLock} and pid = pg_backend_pid()`,
      );
      if (rowCount === 0)
        throw new Error('The connection has no lock. Is there a pool between the server and PostgreSQL?');
      timer = setTimeout(() => void check(), checkIntervalMs).unref();
    } catch (error) {
      lose(error);
      session.end().catch(() => undefined);
    }
  };
  session.on('error', lose);
  session.on('end', () => lose(new Error('PostgreSQL closed the connection.')));
  void check();
  return {
    backendId: rows[0]?.id ?? 0,
    release: () => {
      isHeld = false;
      clearTimeout(timer);
      return session.end();
    },
  };
}
