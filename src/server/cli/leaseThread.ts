import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import * as z from 'zod';
import type { Lease } from '../store/postgres/lease.ts';

const leaseMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('waiting'), error: z.string().nullable() }),
  z.object({ kind: z.literal('held'), backendId: z.number() }),
  z.object({ kind: z.literal('lost'), error: z.string() }),
  z.object({ kind: z.literal('failed'), error: z.string() }),
]);
export type LeaseMessage = z.infer<typeof leaseMessage>;

const aliveIntervalMs = 1_000;

/**
 * Waits in a thread of its own until this process is the active server of the database.
 * @param waiting is called with each attempt that failed: why, or null if another server is active
 * @param lost is called when another server may be active from now on
 * @throws Error if the first connection fails, as with a wrong password
 */
export function takeLeaseInThread(
  url: string,
  { waiting, lost }: { readonly waiting: (error: string | null) => void; readonly lost: (error: string) => void },
): Promise<Lease> {
  const thread = new Worker(findProgram(), { workerData: { url } });
  const alive = setInterval(() => thread.postMessage('alive'), aliveIntervalMs);
  return new Promise((resolve, reject) => {
    let isOver = false;
    const end = async (): Promise<void> => {
      isOver = true;
      clearInterval(alive);
      await thread.terminate();
    };
    thread.on('message', (message) => {
      const received = leaseMessage.parse(message);
      if (isOver) return;
      if (received.kind === 'waiting') waiting(received.error);
      else if (received.kind === 'lost') lost(received.error);
      else if (received.kind === 'held') resolve({ backendId: received.backendId, release: end });
      else void end().then(() => reject(new Error(received.error)));
    });
    thread.on('error', (error) => lost(error.message));
    thread.on('exit', () => {
      if (!isOver) lost('The thread that holds the lock has ended.');
    });
  });
}

/** The thread's program is beside the bundle, or in the sources. */
function findProgram(): string {
  const here = dirname(process.argv[1] ?? '');
  const bundled = join(here, 'leaseKeeper.js');
  return existsSync(bundled) ? bundled : join(here, '../store/postgres/leaseKeeper.ts');
}
