import * as z from 'zod';
import { byId, id, operation, outcome, timestamp } from './common.ts';
import { goldenCheck } from './goldenChecks.ts';
import { stationState, yieldCounts } from './overview.ts';
import { pause } from './pauses.ts';
import { presenceCause } from './presence.ts';

/** `unknown`: the time was not observed. `none`: before the station was first seen, and after now. */
const instantState = z.enum(['up', 'down', 'maintenance', 'paused', 'unknown', 'none']);
export type InstantState = z.infer<typeof instantState>;

const millis = z.number().int().min(0);

/**
 * How long a station was in each state, in milliseconds; `incidents` counts the downtimes that began in that time. Uptime
 * is up / (up + down), coverage is (up + down) / (up + down + unknown): the rest is in neither.
 */
export const durations = z.object({
  up: millis,
  down: millis,
  maintenance: millis,
  paused: millis,
  unknown: millis,
  none: millis,
  incidents: z.number().int().min(0),
});
export type Durations = z.infer<typeof durations>;

/** The days of an answer, oldest first; they last 23 to 25 hours where the clocks change. */
export const days = z.object({
  time_zone: z.string(),
  dates: z.array(z.iso.date()),
  starts: z.array(z.number().int()),
  now: z.number().int(),
});
export type Days = z.infer<typeof days>;

/** One number a day, in the order of `dates`, because a fleet has 90,000 days. `none` is the rest of the day. */
const dayColumns = z.object({
  up: z.array(millis),
  down: z.array(millis),
  maintenance: z.array(millis),
  paused: z.array(millis),
  unknown: z.array(millis),
  incidents: z.array(z.number().int().min(0)),
});
export type DayColumns = z.infer<typeof dayColumns>;

export const uptimeRow = z.object({
  id,
  name: z.string(),
  state: stationState,
  since: timestamp.nullable(),
  pauses: z.array(pause),
  is_watched: z.boolean(),
  last_24_hours: durations,
  columns: dayColumns,
});
export type UptimeRow = z.infer<typeof uptimeRow>;

export const incident = z.object({
  from: timestamp,
  to: timestamp.nullable(),
  down: millis,
  cause: presenceCause,
});
export type Incident = z.infer<typeof incident>;

/** A shift of the station's calendar over all days of an answer. `planned` is how long it lasted up to now. */
const shiftUptime = z.object({ name: z.string(), planned: millis, durations, in_runs: millis });
export type ShiftUptime = z.infer<typeof shiftUptime>;

export const segment = z.object({ state: instantState, from: timestamp, to: timestamp });

const window = z.object({
  days: z.coerce.number().int().min(1).max(400).default(90),
  time_zone: z.string().max(64).default('UTC'),
});

export const uptime = {
  fleet: operation('local.uptime.fleet', 'GET', '/api/local/uptime', {
    query: window,
    answer: z.object({ days, stations: z.array(uptimeRow) }),
    refusals: [400],
  }),
  station: operation('local.uptime.station', 'GET', '/api/local/stations/{id}/uptime', {
    params: byId,
    query: window,
    answer: uptimeRow.extend({
      days,
      in_runs: z.array(millis),
      last_seen_at: timestamp.nullable(),
      observed_since: timestamp,
      operator_address: z.string().nullable(),
      pauses: z.array(pause),
      /** Missing from older servers. */
      golden_checks: z.array(goldenCheck).default([]),
      /** Empty without a calendar. Missing from older servers. */
      shifts: z.array(shiftUptime).default([]),
    }),
    refusals: [400, 404],
  }),
  day: operation('local.uptime.day', 'GET', '/api/local/stations/{id}/uptime/{date}', {
    params: z.object({ id, date: z.iso.date() }),
    query: window.pick({ time_zone: true }),
    answer: z.object({
      date: z.iso.date(),
      starts_at: timestamp,
      ends_at: timestamp,
      durations,
      segments: z.array(segment),
      incidents: z.array(incident),
      in_runs: millis,
      /** The yield of this date in the server's time zone, whatever time zone was asked for. */
      yield: yieldCounts,
      yield_time_zone: z.string(),
      runs: z.array(
        z.object({
          id,
          outcome,
          serial_number: z.string(),
          procedure: z.string(),
          started_at: timestamp,
          ended_at: timestamp,
        }),
      ),
      runs_count: z.number().int(),
    }),
    refusals: [400, 404],
  }),
} as const;
