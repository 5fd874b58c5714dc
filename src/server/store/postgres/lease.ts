import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';

/** The active server of a database holds this lock. */
export const activeLock = 7_446_903_262;

const retryDelayMs = 250;
const checkIntervalMs = 2_000;
const timeoutMs = 10_000;

export interface Lease {
  release(): Promise<void>;
}

interface LeaseOptions {
  /** Is called with each attempt that failed. @param error null if another server is active */
  readonly waiting: (error: unknown) => void;
  /** The lock is gone: another server may be active from now on. */
  readonly lost: (error: unknown) => void;
}

/**
 * Waits until this process is the active server of the database. The lock belongs to a connection of its own, so that it ends
 * with this process, whatever happens to it. The lock is asked for again and again: a statement that waits for it would be a
 * transaction of days, and PostgreSQL could not clean up what was deleted since it began.
 * @throws Error if the first connection fails, as with a wrong password
 */
export async function takeLease(url: string, { waiting, lost }: LeaseOptions): Promise<Lease> {
  let session: Client | null = await connect(url);
  for (;;) {
    try {
      session ??= await connect(url);
      const { rows } = await session.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [
        activeLock,
      ]);
      if (rows[0]?.taken === true) return hold(session, lost);
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
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
  });
  // An error without a listener would end the process. The next query fails, too.
  session.on('error', () => undefined);
  await session.connect();
  // PostgreSQL then notices within seconds that the machine of this process is gone, and releases the lock.
  await session.query('set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 2; set tcp_keepalives_count = 3');
  return session;
}

function hold(session: Client, lost: (error: unknown) => void): Lease {
  let isHeld = true;
  let timer: NodeJS.Timeout | undefined;
  const lose = (error: unknown): void => {
    if (!isHeld) return;
    isHeld = false;
    lost(error);
  };
  const check = async (): Promise<void> => {
    try {
      const { rows } = await session.query(
        "select 1 from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()",
      );
      if (rows.length === 0)
        throw new Error('The connection has no lock. Is there a pool between the server and PostgreSQL?');
      timer = setTimeout(() => void check(), checkIntervalMs).unref();
    } catch (error) {
      lose(error);
    }
  };
  session.on('error', lose);
  session.on('end', () => lose(new Error('PostgreSQL closed the connection.')));
  void check();
  return {
    release: () => {
      isHeld = false;
      clearTimeout(timer);
      return session.end();
    },
  };
}
