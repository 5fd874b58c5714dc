import { parentPort, workerData } from 'node:worker_threads';
import * as z from 'zod';
import { messageOf } from '../../../shared/format/messageOf.ts';
import type { LeaseMessage } from '../../cli/leaseThread.ts';

/** A server whose main thread has not said for this long that it is at work should be replaced. */
const stuckLimitMs = 20_000;

/**
 * The program of the thread that takes and holds the lease. It has nothing else to do, so that a server that is busy keeps the lease,
 * and PostgreSQL can soon take it from one that stands still.
 */
async function main(): Promise<void> {
  const { url } = z.object({ url: z.string() }).parse(workerData);
  const report = (message: LeaseMessage): void => parentPort?.postMessage(message);
  const textOf = (error: unknown): string | null => (error === null ? null : messageOf(error));
  let aliveAt = performance.now();
  parentPort?.on('message', () => (aliveAt = performance.now()));
  const { takeLease } = await import('./postgres.ts');
  try {
    const { backendId } = await takeLease(url, {
      waiting: (error) => report({ kind: 'waiting', error: textOf(error) }),
      lost: (error) => report({ kind: 'lost', error: messageOf(error) }),
      isStuck: () => performance.now() - aliveAt > stuckLimitMs,
    });
    report({ kind: 'held', backendId });
  } catch (error) {
    report({ kind: 'failed', error: messageOf(error) });
  }
}

void main();
