import type { StationState } from '../../../shared/contract/overview.ts';
import { type Station, stations } from '../../../shared/contract/stations.ts';
import { badRequest, forbidden, notFound } from '../../http/refusalError.ts';
import type { RouteServices } from '../../routeServices.ts';
import { stationKeys } from '../../store/keys.ts';
import { addLink } from '../../store/links.ts';
import { changedMetadata, readMetadata } from '../../store/metadata.ts';
import { toPage } from '../../store/pages.ts';
import { presencesOf } from '../../store/presence.ts';
import { runCountsIn } from '../../store/stationRuns.ts';
import {
  insertStation,
  linkedProcedures,
  listStations,
  removeStation,
  type StationRow,
  updateStation,
} from '../../store/stations.ts';
import type { Store } from '../../store/tables.ts';
import { existingProcedure, existingStation, resolveImage } from '../existing.ts';

const weekMs = 7 * 24 * 60 * 60 * 1000;

export function stationRoutes({ mount, mountChange, store, writer, presence, uses }: RouteServices): void {
  mountChange(stations.create, async (change, { body }) => {
    const procedure = body.procedure_id === undefined ? null : await existingProcedure(change, body.procedure_id);
    refuseTeam(body.team_id);
    const id = await insertStation(change, body.name, JSON.stringify(body.metadata ?? {}));
    if (procedure) await addLink(change, id, procedure.id);
    return { id };
  });

  mount(
    stations.list,
    async ({ query: { search_query, procedure_ids, metadata, include_metadata, limit, cursor } }) => {
      const filter = { search: search_query, procedureIds: procedure_ids, metadata, limit, cursor };
      const { data, meta } = toPage(await listStations(store, filter), filter);
      const linked = await linkedProcedures(
        store,
        data.map(({ id }) => id),
      );
      return {
        data: data.map(({ id, name, metadata_json }) => {
          const procedures = linked.filter(({ station_id }) => station_id === id).map(withoutStation);
          const wanted = include_metadata ? { metadata: readMetadata(metadata_json) } : {};
          return { id, name, procedures, procedures_count: procedures.length, team: null, ...wanted };
        }),
        meta,
      };
    },
  );

  mount(stations.getCurrent, async ({ caller }) => {
    if (caller.kind !== 'station') throw forbidden('Only a station key belongs to a station.');
    return describe(store, await existingStation(store, caller.id));
  });

  mount(stations.get, async ({ params, caller }) => {
    if (caller.kind === 'station' && params.id.toLowerCase() !== caller.id) {
      throw notFound(
        `Station with id ${params.id} not found: the key of station "${caller.name}" shows that station only.`,
      );
    }
    return describe(store, await existingStation(store, params.id));
  });

  mountChange(stations.update, async (change, { params, body }) => {
    const station = await existingStation(change, params.id);
    const { id } = station;
    refuseTeam(body.team_id);
    const { name = station.name, image_id, metadata = {} } = body;
    await updateStation(change, {
      id,
      name,
      image_id: await resolveImage(change, image_id, station.image_id),
      metadata_json: changedMetadata(station.metadata_json, metadata),
    });
    return { id, name };
  });

  mount(stations.remove, async ({ params }) => {
    const id = await writer.write(async (change) => {
      const { id } = await existingStation(change, params.id);
      await removeStation(change, id);
      return id;
    });
    await presence.remove(id);
    uses.remove(id);
    return { id };
  });
}

/** Clients send null for "no team", which is accepted. */
function refuseTeam(teamId: string | null | undefined): void {
  if (typeof teamId === 'string') throw badRequest('This server has no teams: a station cannot be assigned to one.');
}

async function describe(store: Store, { id, name, image_id, metadata_json }: StationRow): Promise<Station> {
  const key = (await stationKeys(store, [id])).get(id);
  const runs = await runCountsIn(store, id, { from: Date.now() - weekMs, to: Number.MAX_SAFE_INTEGER });
  const procedures = (await linkedProcedures(store, [id])).map(withoutStation);
  return {
    id,
    name,
    api_key: key ? `${key.prefix}…` : null,
    procedures: procedures.map((procedure) => ({ ...procedure, runs_count: runs.get(procedure.id) ?? 0 })),
    organization_slug: 'local',
    connection_status: statusOf((await presencesOf(store, [id])).get(id)?.state),
    team: null,
    image_id,
    metadata: readMetadata(metadata_json),
  };
}

function statusOf(state: StationState | undefined): Station['connection_status'] {
  if (state === 'connected' || state === 'running') return 'connected';
  return state === 'disconnected' ? 'disconnected' : null;
}

const withoutStation = ({ id, identifier, name }: { id: string; identifier: string | null; name: string }) => ({
  id,
  identifier,
  name,
});
