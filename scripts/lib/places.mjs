import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** What scripts leave behind: packages, logs, reports, screenshots. */
export const build = join(root, 'build');

export const logs = join(build, 'logs');
