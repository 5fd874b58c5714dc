import * as z from 'zod';
import { byId, id, many, operation, page, pageQuery, timestamp } from './common.ts';
import { pause } from './pauses.ts';
import { linkedProcedure } from './stations.ts';

/**
 * The connection status of a station. `never`: the station has never reached the server. `unknown`: it has, but its
 * presence is not observed now.
 */
export const stationState = z.enum(['connected', 'running', 'disconnected', 'never', 'unknown']);
export type StationState = z.infer<typeof stationState>;

/** A station's key without the key itself. */
const keyInfo = z.object({
  /** The visible beginning. */
  prefix: z.string(),
  created_at: timestamp,
  /** Precise to the minute; null if never used. */
  last_used_at: timestamp.nullable(),
});

const stationSummary = z.object({
  id,
  name: z.string(),
  procedures: z.array(linkedProcedure),
  state: stationState,
  /** Since when it is in this state; null where that is not known. */
  state_since: timestamp.nullable(),
  /** Maintenance and pauses that are in progress or planned, in order. */
  pauses: z.array(pause),
  /** The OpenHTF station server that is followed for it. */
  operator_address: z.string().nullable(),
  /** When something of the station's last reached the server: a call with its key or a run. */
  last_seen_at: timestamp.nullable(),
  key: keyInfo.nullable(),
});
export type StationSummary = z.infer<typeof stationSummary>;

const count = z.number().int().min(0);

/**
 * How many units passed, and by which attempt of the day; `unitDays` in `shared/statistics/yield.ts` defines what counts. A unit
 * that is tested on two days counts on both.
 */
export const yieldCounts = z.object({
  units: count,
  passed_first: count,
  /** By the second attempt at the latest. */
  passed_second: count,
  /** By the third attempt at the latest. */
  passed_third: count,
  /** By any attempt of the day. */
  passed_last: count,
});
export type YieldCounts = z.infer<typeof yieldCounts>;

/** The results of a station with a procedure today and on the six days before. */
const weekFigures = z.object({ procedure_id: id, runs: count, yield: yieldCounts });

/** A station as the Stations view shows it, with more than the public API in fewer calls. */
export const overview = {
  list: operation({
    id: 'local.stations.list',
    method: 'GET',
    path: '/api/local/stations',
    access: ['user'],
    query: pageQuery.extend({ search_query: z.string().optional(), procedure_ids: many(id) }),
    answer: page(stationSummary),
  }),
  get: operation({
    id: 'local.stations.get',
    method: 'GET',
    path: '/api/local/stations/{id}',
    access: ['user'],
    params: byId,
    answer: stationSummary.extend({
      week: z.array(weekFigures),
      /** The time zone of the server's days, such as `Europe/Berlin`. */
      time_zone: z.string(),
    }),
    refusals: [404],
  }),
} as const;
