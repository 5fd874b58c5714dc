import * as z from 'zod';
import { byId, id, many, operation, page, pageQuery, timestamp } from './common.ts';
import { goldenCheck } from './goldenChecks.ts';
import { pause } from './pauses.ts';
import { linkedProcedure } from './stations.ts';
import { stationUse } from './stationUse.ts';

/** `never`: the station has never reached the server. `unknown`: it has, but its presence is not observed now. */
export const stationState = z.enum(['connected', 'running', 'disconnected', 'never', 'unknown']);
export type StationState = z.infer<typeof stationState>;

const keyInfo = z.object({
  prefix: z.string(),
  created_at: timestamp,
  last_used_at: timestamp.nullable(),
});

const stationSummary = z.object({
  id,
  name: z.string(),
  /** Null without a group. Missing from older servers. */
  group: z.string().nullable().default(null),
  procedures: z.array(linkedProcedure),
  state: stationState,
  state_since: timestamp.nullable(),
  pauses: z.array(pause),
  operator_address: z.string().nullable(),
  last_seen_at: timestamp.nullable(),
  key: keyInfo.nullable(),
  /** Null if no window uses it. Missing from older servers. */
  use: stationUse.nullable().default(null),
});
export type StationSummary = z.infer<typeof stationSummary>;

const count = z.number().int().min(0);

/** The units that passed by each attempt; see `statistics/yield.ts`. A unit that is tested on two days counts on both. */
export const yieldCounts = z.object({
  units: count,
  passed_first: count,
  passed_second: count,
  passed_third: count,
  passed_last: count,
});
export type YieldCounts = z.infer<typeof yieldCounts>;

/** The results of a station with a procedure today and on the six days before. */
const weekFigures = z.object({ procedure_id: id, runs: count, yield: yieldCounts });

const stationFigures = z.object({
  week: z.array(weekFigures),
  time_zone: z.string(),
  /** Missing from older servers. */
  golden_checks: z.array(goldenCheck).default([]),
});
export type StationFigures = z.infer<typeof stationFigures>;

/** The number of stations in one call. Their ids are in the address, and proxies limit its length. */
export const maxStationsPerCall = 50;

export const overview = {
  list: operation('local.stations.list', 'GET', '/api/local/stations', {
    query: pageQuery.extend({ search_query: z.string().optional(), procedure_ids: many(id) }),
    answer: page(stationSummary),
  }),
  get: operation('local.stations.get', 'GET', '/api/local/stations/{id}', {
    params: byId,
    answer: stationSummary.extend(stationFigures.shape),
    refusals: [404],
  }),
  /** Has figures for the stations in `figures_of`. A server with the capability `station-batches` has this operation. */
  several: operation('local.stations.several', 'GET', '/api/local/station-batch', {
    query: z
      .object({ ids: many(id), figures_of: many(id) })
      .refine(({ ids = [], figures_of = [] }) => ids.length + figures_of.length <= maxStationsPerCall, {
        message: `Name up to ${maxStationsPerCall} stations.`,
      }),
    answer: z.object({ data: z.array(stationSummary.extend({ figures: stationFigures.nullable() })) }),
  }),
} as const;
