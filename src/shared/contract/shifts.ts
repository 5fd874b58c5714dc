import * as z from 'zod';
import { byId, id, operation, outcome, timestamp } from './common.ts';
import { yieldCounts } from './overview.ts';

export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
const weekday = z.enum(weekdays, 'A day is monday, tuesday, wednesday, thursday, friday, saturday, or sunday.');

const timeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'A time is written with hours and minutes from 00:00 to 23:59, such as 06:00.');

const shift = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1, 'A shift needs a name.')
    .max(40, 'The name of a shift must be at most 40 characters long.'),
  days: z.array(weekday).min(1, 'A shift needs at least one day.'),
  from: timeOfDay,
  /** Not later than `from` for a shift that ends on the next day. */
  to: timeOfDay,
});

/** When a station works. A shift belongs to the day on which it begins. */
export const workCalendar = z.strictObject({
  time_zone: z
    .string()
    .max(64)
    .refine(isTimeZone, 'There is no such time zone. Give a name such as Europe/Berlin, or UTC.'),
  shifts: z.array(shift).max(30, 'There can be up to 30 shifts.'),
  holidays: z
    .array(
      z.strictObject({ date: z.iso.date('A date is written like 2026-12-25.'), name: z.string().max(60).optional() }),
    )
    .max(1000, 'There can be up to 1000 holidays.')
    .default([]),
});
export type WorkCalendar = z.infer<typeof workCalendar>;

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const failedMeasurement = z.object({
  name: z.string(),
  value: z.union([z.number(), z.string(), z.boolean()]).nullable(),
  units: z.string().nullable(),
  lower: z.number().nullable(),
  upper: z.number().nullable(),
});

/** What a station did in the current shift; without a shift now, what it did today. */
export const shiftCounters = z.object({
  /** Null without a shift now. `has_calendar` then says whether that is because of the calendar. */
  shift: z.object({ name: z.string(), starts_at: timestamp, ends_at: timestamp }).nullable(),
  has_calendar: z.boolean(),
  since: timestamp,
  yield: yieldCounts,
  last_failure: z
    .object({
      run_id: id,
      serial_number: z.string(),
      outcome,
      procedure: z.string(),
      ended_at: timestamp,
      phase_name: z.string().nullable(),
      measurement: failedMeasurement.nullable(),
    })
    .nullable(),
  /** The run that ended last on the station, also of a reference unit. */
  last_run: z
    .object({
      run_id: id,
      serial_number: z.string(),
      outcome,
      /** The name of the operator, or else the e-mail address that the script gave. Missing from older servers. */
      operator: z.string().nullable().default(null),
    })
    .nullable(),
});
export type ShiftCounters = z.infer<typeof shiftCounters>;

export const shifts = {
  getCalendar: operation('local.shifts.calendar', 'GET', '/api/local/stations/{id}/calendar', {
    access: ['user', 'station'],
    params: byId,
    answer: z.object({ calendar: workCalendar.nullable() }),
    refusals: [403, 404],
  }),
  setCalendar: operation('local.shifts.setCalendar', 'PUT', '/api/local/stations/{id}/calendar', {
    params: byId,
    body: z.object({ calendar: workCalendar.nullable() }),
    answer: z.object({ id }),
    refusals: [400, 404],
  }),
} as const;
