const steps: readonly [unit: Intl.RelativeTimeFormatUnit, millis: number][] = [
  ['year', 365 * 24 * 3_600_000],
  ['month', 30 * 24 * 3_600_000],
  ['day', 24 * 3_600_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/** Formats as `3 days ago`, in whole units of the largest that fits; `now` below a minute. @param time ISO 8601 */
export function ago(time: string, now: number, language?: string): string {
  const millis = Math.max(0, now - Date.parse(time));
  const [unit, size] = steps.find(([, size]) => millis >= size) ?? (['second', 1000] as const);
  const count = unit === 'second' ? 0 : Math.floor(millis / size);
  return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(-count, unit);
}
