import { type Station, stations } from '../../contract/stations.ts';
import type { Rooms } from '../rooms.ts';
import { badRequest, conflict, forbidden } from '../refusal.ts';
import { addLink } from '../store/links.ts';
import { toPage } from '../store/pages.ts';
import {
  findStationNamed,
  insertStation,
  keyPrefix,
  linkedProcedures,
  listStations,
  removeStation,
  renameStation,
  runCounts,
  type StationRow,
} from '../store/stations.ts';
import type { Store } from '../store/tables.ts';
import { existingProcedure, existingStation } from './existing.ts';

const weekMillis = 7 * 24 * 60 * 60 * 1000;

export function stationRoutes({ mount, store }: Rooms): void {
  mount(stations.create, ({ body }) =>
    store.transaction().execute(async (change) => {
      const procedure = body.procedure_id === undefined ? null : await existingProcedure(change, body.procedure_id);
      await checkName(change, body.name, null);
      const id = await insertStation(change, body.name);
      if (procedure) await addLink(change, id, procedure.id);
      return { id };
    }),
  );

  mount(stations.list, async ({ query: { search_query, procedure_ids, limit, cursor } }) => {
    const filter = { search: search_query, procedureIds: procedure_ids, limit, cursor };
    const { data, meta } = toPage(await listStations(store, filter), filter);
    const linked = await linkedProcedures(
      store,
      data.map(({ id }) => id),
    );
    return {
      data: data.map((station) => {
        const procedures = linked.filter(({ station_id }) => station_id === station.id).map(withoutStation);
        return { ...station, procedures, procedures_count: procedures.length, team: null };
      }),
      meta,
    };
  });

  mount(stations.getCurrent, async ({ caller }) => {
    if (caller.kind !== 'station') throw forbidden('Only a station key belongs to a station.');
    return describe(store, caller);
  });

  mount(stations.get, async ({ params }) => describe(store, await existingStation(store, params.id)));

  mount(stations.update, async ({ params, body }) => {
    if (body.image_id) throw badRequest('This server keeps no pictures of stations.');
    if (body.team_id) throw badRequest('This server has no teams.');
    return store.transaction().execute(async (change) => {
      const { id, name } = await existingStation(change, params.id);
      if (body.name === undefined) return { id, name };
      await checkName(change, body.name, id);
      await renameStation(change, id, body.name);
      return { id, name: body.name };
    });
  });

  mount(stations.remove, ({ params }) =>
    store.transaction().execute(async (change) => {
      const { id } = await existingStation(change, params.id);
      await removeStation(change, id);
      return { id };
    }),
  );
}

/** @param ownId the station that may keep this name */
async function checkName(store: Store, name: string, ownId: string | null): Promise<void> {
  const other = await findStationNamed(store, name);
  if (other && other.id !== ownId) {
    throw conflict(`There is a station named "${other.name}" already. Choose another name, or use that station.`);
  }
}

async function describe(store: Store, { id, name }: StationRow): Promise<Station> {
  const prefix = await keyPrefix(store, id);
  const runs = await runCounts(store, id, Date.now() - weekMillis);
  const procedures = (await linkedProcedures(store, [id])).map(withoutStation);
  return {
    id,
    name,
    api_key: prefix === null ? null : `${prefix}…`,
    procedures: procedures.map((procedure) => ({ ...procedure, runs_count: runs.get(procedure.id) ?? 0 })),
    organization_slug: 'local',
    connection_status: null,
    team: null,
  };
}

const withoutStation = ({ id, identifier, name }: { id: string; identifier: string | null; name: string }) => ({
  id,
  identifier,
  name,
});
