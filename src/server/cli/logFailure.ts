/** Milliseconds for which a failure that repeats is logged once. */
const quietMillis = 60_000;
/** When each failure was last logged, by the monotonic clock. */
const loggedAt = new Map<string, number>();

/**
 * Logs a failure after which the server continues. Work that is repeated every second, such as a watch, may fail each time,
 * and must not fill the log: the same failure is logged up to once a minute.
 * @param what a fixed sentence without its end, such as "The presence of stations could not be stored"
 */
export function logFailure(what: string, error: unknown): void {
  const now = performance.now();
  if (now - (loggedAt.get(what) ?? -Infinity) < quietMillis) return;
  loggedAt.set(what, now);
  console.error(`${what}:`, error);
}
