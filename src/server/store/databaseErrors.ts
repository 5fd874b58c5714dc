import { systemCode } from '../cli/commandError.ts';

/** SQLite's result codes. The lower 8 bits are the kind of error; the higher ones add details. */
const sqlite = { readOnly: 8, ioError: 10, malformed: 11, full: 13, cannotOpen: 14, notADatabase: 26 };

const resultCode = (error: unknown): number | null =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : null;

export function isDamage(error: unknown): boolean {
  const code = resultCode(error);
  return code === sqlite.malformed || code === sqlite.notADatabase;
}

export const howToRestore =
  'To restore it: stop the server, put a backup in its place as "server.js --help" says, and start the server again.';

/** Returns the sentence to show if a request failed because of the disk of the data folder; null for another reason. */
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
