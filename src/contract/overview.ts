import * as z from 'zod';
import { byId, id, many, operation, page, pageQuery, timestamp } from './common.ts';
import { linkedProcedure } from './stations.ts';

/**
 * What is known of a station's connection. `never`: nothing of the station's has ever reached the server. `unknown`:
 * something has, but nobody watches whether the station is there now.
 */
export const stationState = z.enum(['connected', 'running', 'disconnected', 'never', 'unknown']);
export type StationState = z.infer<typeof stationState>;

/** A station's key without the key itself. */
const keyInfo = z.object({
  /** The visible beginning. */
  prefix: z.string(),
  created_at: timestamp,
  /** To the minute; null when it was never used. */
  last_used_at: timestamp.nullable(),
});

const stationSummary = z.object({
  id,
  name: z.string(),
  procedures: z.array(linkedProcedure),
  state: stationState,
  /** Since when it is in this state; null where that is not known. */
  state_since: timestamp.nullable(),
  /** The OpenHTF station server that is followed for it. */
  operator_address: z.string().nullable(),
  /** When something of the station's last reached the server: a call with its key or a run. */
  last_seen_at: timestamp.nullable(),
  key: keyInfo.nullable(),
});
export type StationSummary = z.infer<typeof stationSummary>;

/** What a station did with a procedure in the last 7 days. */
const weekFigures = z.object({
  procedure_id: id,
  runs: z.number().int(),
  /** Units whose first run of the procedure, on whichever station, was one of these. */
  first_runs: z.number().int(),
  /** Of them, how many passed: first-pass yield is the one over the other. */
  first_passes: z.number().int(),
});
export type WeekFigures = z.infer<typeof weekFigures>;

/** A station as the Stations view shows it: more than the public surface tells, in fewer calls. */
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
    answer: stationSummary.extend({ week: z.array(weekFigures) }),
    refusals: [404],
  }),
} as const;
