import { log } from '../log.ts';

const reported = new Set<string>();

/** Logs once until the restart that a limit was reached. @param what in the plural, such as "event streams" */
export function logLimit(what: string, limit: number): void {
  if (reported.has(what)) return;
  reported.add(what);
  log.warning(
    `The limit of ${limit} ${what} was reached. Clients above it are refused. This is logged once; see docs/how-to/network-server.md.`,
  );
}
