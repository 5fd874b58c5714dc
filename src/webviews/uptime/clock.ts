import { language } from '../shared/element.ts';

/** Formatters are cached because creating one takes longer than using it. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone} ${JSON.stringify(options)}`;
  const cached = formatters.get(key);
  if (cached) return cached;
  const created = new Intl.DateTimeFormat(language(), { ...options, timeZone: zone });
  formatters.set(key, created);
  return created;
}

/** Formats a calendar day such as `2026-11-24` as `Tue, Nov 24, 2026`, or in the long style with full words. */
export const dayName = (date: string, style: 'short' | 'long' = 'short'): string =>
  formatter('UTC', { weekday: style, year: 'numeric', month: style, day: 'numeric' }).format(Date.parse(date));

export const shortDay = (date: string): string =>
  formatter('UTC', { month: 'short', day: 'numeric' }).format(Date.parse(date));

export const timeOfDay = (time: string | number, zone: string, withSeconds = false): string =>
  formatter(zone, { hour: 'numeric', minute: '2-digit', ...(withSeconds ? { second: '2-digit' } : {}) }).format(
    new Date(time),
  );

export const dateAndTime = (time: string | number, zone: string): string =>
  formatter(zone, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(time));

const localDay = (time: string | number, zone: string): string =>
  formatter(zone, { dateStyle: 'short' }).format(new Date(time));

export const shortTime = (time: string | number, now: number, zone: string): string =>
  localDay(time, zone) === localDay(now, zone)
    ? timeOfDay(time, zone)
    : formatter(zone, { month: 'short', day: 'numeric' }).format(new Date(time));

export const nearTime = (time: string | number, now: number, zone: string): string =>
  localDay(time, zone) === localDay(now, zone)
    ? timeOfDay(time, zone)
    : formatter(zone, { month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit' }).format(new Date(time));
