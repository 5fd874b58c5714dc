import { presence as operations } from '../../../shared/contract/presence.ts';
import { badRequest, conflict, forbidden } from '../../http/refusalError.ts';
import type { RouteServices } from '../../routeServices.ts';
import {
  asPause,
  deletePause,
  findPause,
  insertPause,
  openPauseWithin,
  type PauseRow,
  setPauseEnd,
} from '../../store/pauses.ts';
import { setOperatorAddress } from '../../store/presence.ts';
import type { Store } from '../../store/tables.ts';
import { isoTime } from '../../store/time.ts';
import { existingStation, orNotFound } from '../existing.ts';

const maxClockLeadMs = 60_000;

export function presenceRoutes({ mount, mountChange, store, writer, presence }: RouteServices): void {
  mount(operations.heartbeat, async ({ params, body, caller }) => {
    if (caller.kind === 'station' && caller.id !== params.id) {
      throw forbidden(`The key of station "${caller.name}" speaks for that station only. Use the key of this one.`);
    }
    const { id } = await existingStation(store, params.id);
    const at = body.at === undefined ? null : Date.parse(body.at);
    if (at !== null && at > Date.now() + maxClockLeadMs) {
      throw badRequest(`The heartbeat is of the future (${body.at}). Set the clock of the station, or leave "at" out.`);
    }
    const state = await presence.heartbeat(id, {
      intervalMs: Math.round(1000 * body.interval_s),
      isRunning: body.running,
      isLast: body.farewell,
      at,
      scriptRun: body.script_run ?? null,
    });
    return { id, state };
  });

  mount(operations.setOperatorAddress, async ({ params, body: { address } }) => {
    const { id } = await writer.write(async (change) => {
      const station = await existingStation(change, params.id);
      await setOperatorAddress(change, station.id, address);
      return station;
    });
    presence.follow(id, address);
    return { id, address };
  });

  mountChange(operations.pause, async (change, { params, body }) => {
    const { id } = await existingStation(change, params.id);
    const starts_at = Date.parse(body.starts_at);
    const ends_at = body.ends_at === null ? null : Date.parse(body.ends_at);
    checkOrder(starts_at, ends_at);
    const open = await openPauseWithin(change, id, ends_at);
    if (open) {
      const what = open.kind === 'paused' ? 'The station has been paused' : 'The station has been in maintenance';
      throw conflict(`${what} since ${isoTime(open.starts_at)}, with no end. End that first.`);
    }
    return asPause(await insertPause(change, { station_id: id, kind: body.kind, starts_at, ends_at, note: body.note }));
  });

  mountChange(operations.endPause, async (change, { params, body }) => {
    const pause = await existingPause(change, params);
    const ends_at = Date.parse(body.ends_at);
    checkOrder(pause.starts_at, ends_at);
    await setPauseEnd(change, pause.id, ends_at);
    return asPause({ ...pause, ends_at });
  });

  mountChange(operations.deletePause, async (change, { params }) => {
    const { id } = await existingPause(change, params);
    await deletePause(change, id);
    return { id };
  });
}

async function existingPause(store: Store, { id, pause_id }: { id: string; pause_id: string }): Promise<PauseRow> {
  const station = await existingStation(store, id);
  return orNotFound(await findPause(store, station.id, pause_id), `Pause with id ${pause_id}`, 'it was deleted.');
}

function checkOrder(startsAt: number, endsAt: number | null): void {
  if (endsAt === null || endsAt > startsAt) return;
  throw badRequest(
    `The end (${isoTime(endsAt)}) is not after the beginning (${isoTime(startsAt)}). Choose a later end, or delete it.`,
  );
}
