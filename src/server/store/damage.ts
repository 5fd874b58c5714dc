/** SQLite's result codes "database disk image is malformed" and "file is not a database". */
const damageCodes = [11, 26];

/** Returns whether SQLite failed because the database file is damaged. */
export const isDamage = (error: unknown): boolean =>
  error instanceof Error &&
  'errcode' in error &&
  typeof error.errcode === 'number' &&
  // The lower 8 bits are the kind of error; the higher ones add details.
  damageCodes.includes(error.errcode & 0xff);

export const howToRestore =
  'To restore it: stop the server, put a backup in its place as "server.js --help" says, and start the server again.';
