import type { Durations } from '../contract/uptime.ts';

/** What is shown of a time: one day, a window, or a fleet's. */
export interface UptimeFigures {
  /** Uptime in percent of the observed time, in hundredths rounded down: 100 only without downtime. Null: not enough data. */
  percent: number | null;
  /** Observed time in whole percent of what was to be observed, rounded down: 100 only if nothing is unknown. */
  coverage: number;
  /** Milliseconds up or down. */
  observed: number;
  /** Milliseconds. */
  down: number;
  incidents: number;
  kind: UptimeKind;
}

/** How a day is drawn. `partial`: up and down. The others without observed time, by what most of it was. */
export type UptimeKind = 'up' | 'partial' | 'down' | 'maintenance' | 'paused' | 'unknown' | 'none';

/** Below this share of observed time (in percent) there is no percentage: it would claim what nobody saw. */
const leastCoverage = 1;

export function figuresOf(time: Durations): UptimeFigures {
  const observed = time.up + time.down;
  const coverage = share(observed, observed + time.unknown, 1);
  const percent = observed === 0 || coverage < leastCoverage ? null : share(time.up, observed, 100);
  const kind = percent === null ? unobservedKind(time) : observedKind(time);
  return { percent, coverage, observed, down: time.down, incidents: time.incidents, kind };
}

const observedKind = ({ up, down }: Durations): UptimeKind => (down === 0 ? 'up' : up === 0 ? 'down' : 'partial');

function unobservedKind({ maintenance, paused, unknown }: Durations): UptimeKind {
  const most = Math.max(maintenance, paused, unknown);
  if (most === 0) return 'none';
  return most === unknown ? 'unknown' : most === paused ? 'paused' : 'maintenance';
}

/**
 * Percent, rounded down to whole steps; whole numbers throughout, because a year of a fleet in milliseconds times 10,000
 * is more than a floating point number holds. @param steps a percent
 */
const share = (part: number, total: number, steps: number): number =>
  total === 0 ? 0 : Number((BigInt(part) * BigInt(100 * steps)) / BigInt(total)) / steps;

/** `99.82 %`, `100 %`, `0 %`; the decimal sign is the language's. */
export const percentWords = (percent: number, language?: string): string =>
  `${percent.toLocaleString(language, { minimumFractionDigits: Number.isInteger(percent / 100) ? 0 : 2 })} %`;

const second = 1000;
const units = [
  ['d', 86_400 * second],
  ['h', 3_600 * second],
  ['min', 60 * second],
  ['s', second],
] as const;

/** `61 d 4 h`, `2 h 5 min`, `12 s`: the two largest units, rounded down; what is less than a second but more than nothing is `1 s`. */
export function durationWords(millis: number): string {
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
