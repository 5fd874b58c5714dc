import { systemCode } from '../cli/startError.ts';

/** SQLite's result codes of a disk that is full, cannot be written, or fails. */
const sqlite = { full: 13, readOnly: 8, ioError: 10, cannotOpen: 14 };

/**
 * Returns the sentence to show for a request that failed because of the disk of the data folder; null if it failed for
 * another reason.
 */
export function diskProblem(error: unknown): string | null {
  const code = resultCode(error);
  const system = systemCode(error);
  if (code === sqlite.full || system === 'ENOSPC' || system === 'EDQUOT') {
    return 'The disk of the station server’s data folder is full. Nothing was saved: free some space, then try again.';
  }
  if (code === sqlite.readOnly || code === sqlite.cannotOpen || system === 'EROFS' || system === 'EACCES') {
    return 'The station server cannot write to its data folder. Nothing was saved: make the folder writable, then try again.';
  }
  if (code === sqlite.ioError || system === 'EIO') {
    return 'The disk of the station server’s data folder failed. Nothing was saved: check the disk, then try again.';
  }
  return null;
}

/** The kind of an SQLite error is in the lower 8 bits. */
const resultCode = (error: unknown): number | null =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : null;
