import type { Calendar } from '../../shared/uptime/uptimeCalendar.ts';
import { ImportError } from './importedRecord.ts';

const iso = /^(\d{4}-\d\d-\d\d)[T ](\d\d):(\d\d)(?::(\d\d(?:\.\d+)?))?(?: ?(Z|[+-]\d\d:?\d\d))?$/i;

/**
 * Returns milliseconds since 1970.
 * @param what is the subject of an error's sentence, such as `Column "Start"`
 * @param howToName says how the user names the time zone of times that have none
 * @throws ImportError if the text is not a time, or has no time zone and none is given
 */
export function parseIsoTime(text: string, timeZone: Calendar | null, what: string, howToName: string): number {
  const [, date = '', hours = '', minutes = '', seconds = '0', zone] = iso.exec(text) ?? [];
  const midnight = Date.parse(`${date}T00:00:00Z`);
  const isDate = Number.isFinite(midnight) && new Date(midnight).toISOString().startsWith(date);
  if (!isDate || Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) >= 60) {
    throw notATime(text, what, 'a date and time such as 2026-03-02T08:15:30+01:00');
  }
  const afterMidnight = Number(hours) * 60 + Number(minutes);
  if (zone === undefined) {
    if (timeZone !== null) return timeZone.instantOf(date, afterMidnight) + Number(seconds) * 1000;
    throw new ImportError(`${what} has "${text}", which names no time zone. ${howToName}`);
  }
  return midnight + (afterMidnight - offsetMinutes(zone)) * 60_000 + Number(seconds) * 1000;
}

function offsetMinutes(zone: string): number {
  const [, sign, hours = 0, minutes = 0] = /^([+-])(\d\d):?(\d\d)$/.exec(zone) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

export const notATime = (text: string, what: string, form: string): ImportError =>
  new ImportError(`${what} has "${text}", which is not ${form}.`);

/** @throws ImportError if no timestamp can state the time */
export function isoTime(millis: number): string {
  const time = new Date(Math.round(millis));
  if (Number.isNaN(time.getTime())) throw new ImportError('A time is too far away.');
  return time.toISOString();
}
