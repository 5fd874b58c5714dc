import { sql } from 'kysely';
import type { Outcome } from '../../contract/common.ts';
import { containing, fold } from './fold.ts';
import type { Store } from './tables.ts';

/** A run with what is joined to it. */
const select = (store: Store) =>
  store
    .selectFrom('runs as r')
    .innerJoin('procedures as p', 'p.id', 'r.procedure_id')
    .leftJoin('procedure_versions as v', 'v.id', 'r.version_id')
    .innerJoin('units as u', 'u.id', 'r.unit_id')
    .innerJoin('revisions as rev', 'rev.id', 'u.revision_id')
    .innerJoin('parts as part', 'part.id', 'rev.part_id')
    .leftJoin('batches as b', 'b.id', 'u.batch_id')
    .leftJoin('users as who', 'who.id', 'r.created_by_user_id')
    .leftJoin('stations as s', 's.id', 'r.created_by_station_id')
    .select(['r.id', 'r.outcome', 'r.started_at', 'r.ended_at', 'r.created_at', 'r.docstring'])
    .select(['p.id as procedure_id', 'p.name as procedure_name', 'v.id as version_id', 'v.tag as version_tag'])
    .select(['u.id as unit_id', 'u.serial_number', 'part.id as part_id', 'part.number as part_number'])
    .select(['part.name as part_name', 'rev.id as revision_id', 'rev.number as revision_number'])
    .select(['b.id as batch_id', 'b.number as batch_number', 's.id as station_id', 's.name as station_name'])
    .select(['who.id as user_id', 'who.name as user_name', 'who.email as user_email']);

export type RunRow = NonNullable<Awaited<ReturnType<typeof findRun>>>;

export interface RunFilter {
  search?: string | undefined;
  ids?: readonly string[] | undefined;
  outcomes?: readonly Outcome[] | undefined;
  procedureIds?: readonly string[] | undefined;
  serialNumbers?: readonly string[] | undefined;
  partNumbers?: readonly string[] | undefined;
  stationIds?: readonly string[] | undefined;
  /** Milliseconds since 1970. */
  startedAfter?: number | undefined;
  startedBefore?: number | undefined;
  sortBy: 'started_at' | 'created_at';
  sortOrder: 'asc' | 'desc';
  limit: number;
  cursor: number;
}

export async function findRun(store: Store, id: string) {
  return select(store).where('r.id', '=', id.toLowerCase()).executeTakeFirst();
}

/** One row more than `limit` when there are further ones. */
export async function listRuns(store: Store, filter: RunFilter): Promise<RunRow[]> {
  let query = select(store);
  if (filter.search) query = query.where(matches(filter.search));
  if (filter.ids) query = query.where('r.id', 'in', filter.ids);
  if (filter.outcomes) query = query.where('r.outcome', 'in', filter.outcomes);
  if (filter.procedureIds) query = query.where('r.procedure_id', 'in', filter.procedureIds);
  if (filter.serialNumbers) query = query.where('u.serial_key', 'in', filter.serialNumbers.map(fold));
  if (filter.partNumbers) query = query.where('part.number_key', 'in', filter.partNumbers.map(fold));
  if (filter.stationIds) query = query.where('r.created_by_station_id', 'in', filter.stationIds);
  if (filter.startedAfter !== undefined) query = query.where('r.started_at', '>=', filter.startedAfter);
  if (filter.startedBefore !== undefined) query = query.where('r.started_at', '<=', filter.startedBefore);
  return query
    .orderBy(`r.${filter.sortBy}`, filter.sortOrder)
    .orderBy('r.id', filter.sortOrder)
    .limit(filter.limit + 1)
    .offset(filter.cursor)
    .execute();
}

/** A part of the serial number, or the first 8 or more characters of the run's id. */
function matches(search: string) {
  const id = search.toLowerCase();
  const serial = sql<boolean>`u.serial_key like ${containing(search)} escape '\\'`;
  return /^[0-9a-f-]{8,36}$/.test(id) ? sql<boolean>`(${serial} or r.id like ${`${id}%`})` : serial;
}

/** All runs of a unit, newest first. */
export async function runsOfUnit(store: Store, serialNumber: string): Promise<RunRow[]> {
  return select(store)
    .where('u.serial_key', '=', fold(serialNumber))
    .orderBy('r.started_at', 'desc')
    .orderBy('r.id', 'desc')
    .execute();
}
