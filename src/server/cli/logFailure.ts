import { log } from '../log.ts';

const repeatIntervalMs = 60_000;
const loggedAt = new Map<string, number>();

/** Logs a failure up to once a minute, because repeated work may fail each time. @param what a fixed clause without a period */
export function logFailure(what: string, error: unknown): void {
  const now = performance.now();
  if (now - (loggedAt.get(what) ?? -Infinity) < repeatIntervalMs) return;
  loggedAt.set(what, now);
  log.error(what, error);
}
