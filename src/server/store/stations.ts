import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { MetadataFilter } from '../../shared/contract/metadata.ts';
import { containing, fold } from './fold.ts';
import { hasMetadata } from './metadata.ts';
import type { Store, StoreTransaction } from './tables.ts';
import { isTextIn, isTextOfSmallTableIn, plannedOnce } from './words.ts';

export interface StationRow {
  id: string;
  name: string;
  image_id: string | null;
  group_path: string | null;
  metadata_json: string;
}

interface LinkedProcedureRow {
  station_id: string;
  id: string;
  identifier: string | null;
  name: string;
}

const stationColumns = ['id', 'name', 'image_id', 'group_path', 'metadata_json'] as const;

/** Finds a station that is in use. An archived one is not found. */
export async function findStation(store: Store, id: string): Promise<StationRow | null> {
  const row = await store
    .selectFrom('stations')
    .select(stationColumns)
    .where('id', '=', id)
    .where('archived_at', 'is', null)
    .executeTakeFirst();
  return row ?? null;
}

export async function findStationsByName(store: Store, name: string): Promise<{ id: string; name: string }[]> {
  return store
    .selectFrom('stations')
    .select(['id', 'name'])
    .where('name_key', '=', fold(name))
    .where('archived_at', 'is', null)
    .execute();
}

export async function insertStation(change: StoreTransaction, name: string, metadata_json: string): Promise<string> {
  const id = randomUUID();
  await change
    .insertInto('stations')
    .values({ id, name, name_key: fold(name), created_at: Date.now(), archived_at: null, metadata_json })
    .execute();
  return id;
}

export async function updateStation(
  change: StoreTransaction,
  { id, name, ...others }: Omit<StationRow, 'group_path'>,
): Promise<void> {
  await change
    .updateTable('stations')
    .set({ name, name_key: fold(name), ...others })
    .where('id', '=', id)
    .execute();
}

export async function setGroup(
  change: StoreTransaction,
  ids: readonly string[],
  group_path: string | null,
): Promise<void> {
  await change.updateTable('stations').set({ group_path }).where(isTextIn('id', ids)).execute();
}

/** Removes a station with its key, links, rules and calendar. It is archived if it has runs, otherwise deleted. */
export async function removeStation(change: StoreTransaction, id: string): Promise<void> {
  await change.deleteFrom('api_keys').where('station_id', '=', id).execute();
  await change.deleteFrom('station_procedures').where('station_id', '=', id).execute();
  await change.deleteFrom('golden_rules').where('station_id', '=', id).execute();
  await change.deleteFrom('station_calendars').where('station_id', '=', id).execute();
  const run = await change.selectFrom('runs').select('id').where('created_by_station_id', '=', id).executeTakeFirst();
  if (run) await change.updateTable('stations').set({ archived_at: Date.now() }).where('id', '=', id).execute();
  else await change.deleteFrom('stations').where('id', '=', id).execute();
}

export async function listStations(
  store: Store,
  filter: {
    search?: string | undefined;
    procedureIds?: readonly string[] | undefined;
    metadata?: MetadataFilter | undefined;
    limit: number;
    cursor: number;
  },
): Promise<StationRow[]> {
  const { search, procedureIds, metadata } = filter;
  let query = store.selectFrom('stations as s').select(stationColumns).where('s.archived_at', 'is', null);
  if (metadata) query = query.where(hasMetadata('s.metadata_json', metadata));
  if (search) query = query.where(sql<boolean>`s.name_key like ${containing(search)} escape '\\'`);
  if (procedureIds) {
    query = query.where((where) =>
      where.exists(
        where
          .selectFrom('station_procedures as l')
          .select('l.station_id')
          .whereRef('l.station_id', '=', 's.id')
          .where('l.procedure_id', 'in', procedureIds),
      ),
    );
  }
  return query
    .orderBy('s.name_key')
    .orderBy('s.id')
    .limit(filter.limit + 1)
    .offset(filter.cursor)
    .execute();
}

export async function linkedProcedures(store: Store, stationIds: readonly string[]): Promise<LinkedProcedureRow[]> {
  return store
    .selectFrom('station_procedures as l')
    .innerJoin('procedures as p', 'p.id', 'l.procedure_id')
    .where(isTextOfSmallTableIn('l.station_id', stationIds))
    .select(['l.station_id', 'p.id', 'p.identifier', 'p.name'])
    .orderBy('p.name_key')
    .orderBy('p.id')
    .modifyEnd(plannedOnce)
    .execute();
}
