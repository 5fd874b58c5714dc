import { rename } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';

const retryDelaysMs = [10, 20, 50, 100, 200, 400, 600, 800];

interface FileSystem {
  rename(from: string, to: string): Promise<void>;
  wait(delayMs: number): Promise<unknown>;
}

const isHeldOpen = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && ['EACCES', 'EBUSY', 'EPERM'].includes(String(error.code));

/**
 * Renames a file or folder. On Windows that fails while another program, such as a virus scanner, has it open: it is tried
 * again for about two seconds.
 * @throws Error of the last try
 */
export async function renameWithRetries(
  from: string,
  to: string,
  system: FileSystem = { rename, wait },
): Promise<void> {
  for (const delayMs of retryDelaysMs) {
    try {
      await system.rename(from, to);
      return;
    } catch (error) {
      if (!isHeldOpen(error)) throw error;
      await system.wait(delayMs);
    }
  }
  await system.rename(from, to);
}
