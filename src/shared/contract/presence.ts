import * as z from 'zod';
import { byId, id, idAnswer, operation, timestamp } from './common.ts';
import { stationState } from './overview.ts';
import { pause, pauseKind } from './pauses.ts';

export const operatorAddress = z
  .string()
  .trim()
  .regex(
    /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?:\d{1,5}$/,
    'The address is a host and a port, such as 192.168.0.12:4444.',
  )
  .refine((address) => {
    const port = Number(address.slice(address.lastIndexOf(':') + 1));
    return port >= 1 && port <= 65_535;
  }, 'The port is a number from 1 to 65535.')
  .refine((address) => URL.canParse(`http://${address}`), 'This is not the address of a computer.');

export const presenceCause = z.enum([
  'stream',
  'stream-lost',
  'follow',
  'heartbeat',
  'heartbeat-missed',
  'run',
  'key',
  'server',
]);
export type PresenceCause = z.infer<typeof presenceCause>;

const note = z.string().trim().max(200, 'The note must be at most 200 characters long.').default('');

export const presence = {
  heartbeat: operation('local.stations.heartbeat', 'POST', '/api/local/stations/{id}/heartbeat', {
    access: ['user', 'station'],
    isAudited: false,
    params: byId,
    body: z.object({
      /** Seconds until the next one is sent. The station is down when none came for max(2.5 intervals, 60 s). */
      interval_s: z.number().min(1).max(3600).default(30),
      running: z.boolean().default(false),
      /** The run session that sends the heartbeat. It connects and disconnects independently of other heartbeats. */
      script_run: z.string().min(1).max(64).optional(),
      /** The station disconnects cleanly; no further heartbeat follows. */
      farewell: z.boolean().default(false),
      /** The time for which a late heartbeat was meant. By default, it is now. */
      at: timestamp.optional(),
    }),
    answer: z.object({ id, state: stationState }),
    refusals: [400, 403, 404],
  }),
  setOperatorAddress: operation('local.stations.operatorAddress', 'PUT', '/api/local/stations/{id}/operator-address', {
    params: byId,
    body: z.object({ address: operatorAddress.nullable() }),
    answer: z.object({ id, address: z.string().nullable() }),
    refusals: [404],
  }),
  pause: operation('local.stations.pauses.create', 'POST', '/api/local/stations/{id}/pauses', {
    params: byId,
    body: z.object({ kind: pauseKind, starts_at: timestamp, ends_at: timestamp.nullable(), note }),
    answer: pause,
    refusals: [400, 404, 409],
  }),
  endPause: operation('local.stations.pauses.end', 'PATCH', '/api/local/stations/{id}/pauses/{pause_id}', {
    params: z.object({ id, pause_id: id }),
    body: z.object({ ends_at: timestamp }),
    answer: pause,
    refusals: [400, 404],
  }),
  deletePause: operation('local.stations.pauses.delete', 'DELETE', '/api/local/stations/{id}/pauses/{pause_id}', {
    params: z.object({ id, pause_id: id }),
    answer: idAnswer,
    refusals: [404],
  }),
} as const;
