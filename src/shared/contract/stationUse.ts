import * as z from 'zod';
import { id, operation, timestamp } from './common.ts';

/** A window that has not been heard of for so long no longer uses its stations. */
export const useLeaseMs = 60_000;
export const useIntervalMs = 20_000;

/** A VS Code window that uses a station. It exists in the memory of the server only. */
const windowUse = z.object({
  window_id: id,
  user_id: id,
  user_name: z.string(),
  machine: z.string(),
  /** False if another user has taken the station over, and the window only finishes its test. */
  has_station: z.boolean(),
  since: timestamp,
  test: z.object({ name: z.string(), since: timestamp }).nullable(),
});
export type WindowUse = z.infer<typeof windowUse>;

/** `version` changes whenever another window uses the station, or one in another way. */
export const stationUse = z.object({ version: z.number().int(), windows: z.array(windowUse) });
export type StationUse = z.infer<typeof stationUse>;

const params = z.object({ id, window_id: id });

export const stationUses = {
  /**
   * Reports a use, and is repeated while it lasts. A `station` is had by the windows of one user. A test may `start` if, besides,
   * no other window runs one. A test that is `running` is always recorded: whatever has happened meanwhile, it runs.
   */
  report: operation('local.stations.use', 'PUT', '/api/local/stations/{id}/use/{window_id}', {
    isAudited: false,
    params,
    body: z.object({
      machine: z.string().trim().max(100),
      wants: z.enum(['station', 'start', 'running']),
      test: z.string().trim().max(100).default(''),
    }),
    answer: z.object({
      /** Why not: another user has the station, or another window runs a test. Null if it is granted. */
      refused: z.enum(['taken', 'running']).nullable(),
      use: stationUse.nullable(),
    }),
    refusals: [404],
  }),
  end: operation('local.stations.use.end', 'DELETE', '/api/local/stations/{id}/use/{window_id}', {
    isAudited: false,
    params,
    answer: z.object({ id }),
    refusals: [404],
  }),
  /** A test that another window runs there continues, and its result is stored. 409: the use is not as the user has seen it. */
  takeOver: operation('local.stations.takeOver', 'POST', '/api/local/stations/{id}/use/{window_id}/take-over', {
    params,
    body: z.object({
      version: z.number().int(),
      /** The names of the users who had the station, for the audit log. */
      from: z.array(z.string()).max(50),
    }),
    answer: z.object({ id, use: stationUse.nullable() }),
    refusals: [404, 409],
  }),
} as const;
