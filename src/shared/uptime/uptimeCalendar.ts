const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

export interface CalendarDays {
  dates: string[];
  /** The starts of the days and the end of the last one, in milliseconds since 1970. */
  edges: number[];
}

/**
 * The calendar of a time zone. A day lasts from the first instant with its date to the first instant with the next date. It
 * has 23 or 25 hours when the clocks change, and begins at 01:00 when they change at midnight.
 */
export class Calendar {
  readonly zone: string;
  readonly #format: Intl.DateTimeFormat;

  /** @throws RangeError when the time zone does not exist */
  constructor(zone: string) {
    this.#format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
    this.zone = this.#format.resolvedOptions().timeZone;
  }

  dateAt(at: number): string {
    return dateOf(at + this.#offsetAt(at));
  }

  /** Returns the start of a date in milliseconds since 1970. A date that the zone skipped has no length. */
  startOf(date: string): number {
    return this.instantOf(date, 0);
  }

  /**
   * Returns the first instant at which the clocks show a time of a date, in milliseconds since 1970. If the clocks skip that
   * time, it is the instant at which they change.
   * @param minutes since midnight, by the clock
   */
  instantOf(date: string, minutes: number): number {
    const time = Date.parse(`${date}T00:00:00Z`) + minutes * minute;
    // No zone is more than 14 hours from UTC. Of the two offsets around the time, one or both hold at it, or the clocks
    // skip it.
    const before = time - this.#offsetAt(time - 15 * hour);
    const after = time - this.#offsetAt(time + 15 * hour);
    if (time - before === this.#offsetAt(before)) return before;
    if (time - after === this.#offsetAt(after)) return after;
    return this.#changeBetween(Math.min(before, after), Math.max(before, after));
  }

  days(now: number, count: number): CalendarDays {
    const today = Date.parse(this.dateAt(now));
    const dates = Array.from({ length: count }, (_, n) => dateOf(today - (count - 1 - n) * day));
    return { dates, edges: [...dates, dateOf(today + day)].map((date) => this.startOf(date)) };
  }

  #offsetAt(at: number): number {
    // `GMT-03:30`, `GMT-00:44:30`; `GMT` is no offset.
    const match = /GMT([+-])(\d+):(\d+)(?::(\d+))?/.exec(this.#format.format(at));
    const [, sign, hours = 0, minutes = 0, seconds = 0] = match ?? [];
    return (sign === '-' ? -1 : 1) * (Number(hours) * hour + Number(minutes) * minute + Number(seconds) * 1000);
  }

  #changeBetween(from: number, to: number): number {
    const offset = this.#offsetAt(from);
    let same = from;
    let other = to;
    while (other - same > 1) {
      const middle = Math.floor((same + other) / 2);
      if (this.#offsetAt(middle) === offset) same = middle;
      else other = middle;
    }
    return other;
  }
}

const dateOf = (local: number): string => new Date(local).toISOString().slice(0, 10);
