import * as z from 'zod';
import { byId, id, idAnswer, operation, timestamp } from './common.ts';
import { stationState } from './overview.ts';
import { pause, pauseKind } from './pauses.ts';

/** Where an OpenHTF station server listens: a host name or IPv4 address and a port, such as `bench-3.lan:4444`. */
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

/** Why a station came or went. */
export const presenceCause = z.enum([
  /** A client opened or ended its live stream. */
  'stream',
  /** The stream's connection ended before the client had disconnected cleanly. */
  'stream-lost',
  /** The followed OpenHTF station server's socket opened or closed. */
  'follow',
  /** A heartbeat arrived, or reported a clean disconnect. */
  'heartbeat',
  /** The expected heartbeat did not come. */
  'heartbeat-missed',
  /** A run from the editor began or ended. */
  'run',
  /** The key was replaced or deleted, which ends its sessions. */
  'key',
  /** The server ended in order or was started again, and the station did not come back. */
  'server',
]);
export type PresenceCause = z.infer<typeof presenceCause>;

const note = z.string().trim().max(200, 'The note must be at most 200 characters long.').default('');

/** Reports that a station is connected, independent of its live streams. */
export const presence = {
  /** For programs other than OpenHTF. A station key speaks for its own station only. */
  heartbeat: operation({
    id: 'local.stations.heartbeat',
    method: 'POST',
    path: '/api/local/stations/{id}/heartbeat',
    access: ['user', 'station'],
    params: byId,
    body: z.object({
      /** Seconds until the next one is sent. The station is down when none came for max(2.5 intervals, 60 s). */
      interval_s: z.number().min(1).max(3600).default(30),
      /** A test is being executed. */
      running: z.boolean().default(false),
      /** The run session that sends the heartbeat. It connects and disconnects independently of other heartbeats. */
      script_run: z.string().min(1).max(64).optional(),
      /** No further one will come: the station goes at once. */
      farewell: z.boolean().default(false),
      /** When it was meant, for one that is delivered late; it repairs the time it speaks for. Default: now. */
      at: timestamp.optional(),
    }),
    answer: z.object({ id, state: stationState }),
    refusals: [400, 403, 404],
  }),
  /** The OpenHTF station server that the server follows for this station; null: none. */
  setOperatorAddress: operation({
    id: 'local.stations.operatorAddress',
    method: 'PUT',
    path: '/api/local/stations/{id}/operator-address',
    access: ['user'],
    params: byId,
    body: z.object({ address: operatorAddress.nullable() }),
    answer: z.object({ id, address: z.string().nullable() }),
    refusals: [404],
  }),
  pause: operation({
    id: 'local.stations.pauses.create',
    method: 'POST',
    path: '/api/local/stations/{id}/pauses',
    access: ['user'],
    params: byId,
    body: z.object({ kind: pauseKind, starts_at: timestamp, ends_at: timestamp.nullable(), note }),
    answer: pause,
    refusals: [400, 404, 409],
  }),
  /** Ends an open one now, or changes its end. */
  endPause: operation({
    id: 'local.stations.pauses.end',
    method: 'PATCH',
    path: '/api/local/stations/{id}/pauses/{pause_id}',
    access: ['user'],
    params: z.object({ id, pause_id: id }),
    body: z.object({ ends_at: timestamp }),
    answer: pause,
    refusals: [400, 404],
  }),
  deletePause: operation({
    id: 'local.stations.pauses.delete',
    method: 'DELETE',
    path: '/api/local/stations/{id}/pauses/{pause_id}',
    access: ['user'],
    params: z.object({ id, pause_id: id }),
    answer: idAnswer,
    refusals: [404],
  }),
} as const;
