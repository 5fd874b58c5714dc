import type { Durations } from '../contract/uptime.ts';

export interface UptimeFigures {
  /** Rounded down to hundredths, so that 100 is no downtime; coverage to whole percent. Null without enough data. */
  percent: number | null;
  coverage: number;
  observed: number;
  down: number;
  incidents: number;
  kind: UptimeKind;
}

export type UptimeKind = 'up' | 'partial' | 'down' | 'maintenance' | 'paused' | 'unknown' | 'none';

/** Below this coverage no percentage is shown, because it would claim what was not observed. */
const minCoveragePercent = 1;

export function figuresOf(time: Durations): UptimeFigures {
  const observed = time.up + time.down;
  const coverage = percentage(observed, observed + time.unknown, 1);
  const percent = observed === 0 || coverage < minCoveragePercent ? null : percentage(time.up, observed, 100);
  const kind = percent === null ? unobservedKind(time) : observedKind(time);
  return { percent, coverage, observed, down: time.down, incidents: time.incidents, kind };
}

const observedKind = ({ up, down }: Durations): UptimeKind => (down === 0 ? 'up' : up === 0 ? 'down' : 'partial');

function unobservedKind({ maintenance, paused, unknown }: Durations): UptimeKind {
  const most = Math.max(maintenance, paused, unknown);
  if (most === 0) return 'none';
  return most === unknown ? 'unknown' : most === paused ? 'paused' : 'maintenance';
}

/** BigInt, because the milliseconds of a year of many stations times 10,000 are no safe integer. @param steps per percent */
const percentage = (part: number, total: number, steps: number): number =>
  total === 0 ? 0 : Number((BigInt(part) * BigInt(100 * steps)) / BigInt(total)) / steps;

const second = 1000;
const units = [
  ['d', 86_400 * second],
  ['h', 3_600 * second],
  ['min', 60 * second],
  ['s', second],
] as const;

/** Formats a duration by its two largest units, rounded down, such as `61 d 4 h`. The shortest is `1 s`. */
export function formatLargestUnits(millis: number): string {
  const whole = millis > 0 ? Math.max(second, millis) : 0;
  const place = units.findIndex(([, size]) => whole >= size);
  if (place < 0) return '0 s';
  const shown: string[] = [];
  let rest = whole;
  for (const [name, size] of units.slice(place, place + 2)) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) shown.push(`${count} ${name}`);
  }
  return shown.join(' ');
}
