/** SQLite's result codes "database disk image is malformed" and "file is not a database". */
const damageCodes = [11, 26];

/** Whether SQLite failed because the database file is damaged. */
export const isDamage = (error: unknown): boolean =>
  error instanceof Error &&
  'errcode' in error &&
  typeof error.errcode === 'number' &&
  // The lower 8 bits are the kind, the higher ones say more of it.
  damageCodes.includes(error.errcode & 0xff);

/** What is to be done about a damaged database. */
export const howToRestore =
  'To restore it: stop the server, put a backup in its place as "server.js --help" says, and start the server again.';
