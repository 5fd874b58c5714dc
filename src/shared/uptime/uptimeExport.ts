import type { Days, Durations, UptimeRow } from '../contract/uptime.ts';
import { csvText } from '../format/csv.ts';
import { dayOf } from './uptime.ts';
import { figuresOf } from './uptimeFigures.ts';

const columns = [
  'station',
  'date',
  'uptime_percent',
  'up_s',
  'down_s',
  'maintenance_s',
  'paused_s',
  'not_observed_s',
  'incidents',
] as const;

export function uptimeCsv(days: Days, rows: readonly UptimeRow[]): string {
  const lines = rows.flatMap((row) =>
    days.dates.map((date, place) => {
      const day = dayOf(row.columns, days, place);
      const times = [day.up, day.down, day.maintenance, day.paused, day.unknown].map((ms) => Math.round(ms / 1000));
      return [row.name, date, figuresOf(day).percent, ...times, day.incidents];
    }),
  );
  return csvText([columns, ...lines]);
}

const iso = (millis: number): string => new Date(millis).toISOString();

export function uptimeJson(days: Days, rows: readonly UptimeRow[]): string {
  const stations = rows.map(({ columns, ...station }) => ({
    ...station,
    days: days.dates.map((date, place) => ({
      date,
      starts_at: iso(days.starts[place] ?? days.now),
      uptime_percent: figuresOf(dayOf(columns, days, place)).percent,
      ...dayOf(columns, days, place),
    })) satisfies Durations[],
  }));
  return `${JSON.stringify({ time_zone: days.time_zone, at: iso(days.now), stations }, null, 2)}\n`;
}
