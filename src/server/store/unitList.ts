import { type OrderByItemBuilder, type RawBuilder, sql } from 'kysely';
import type { Outcome } from '../../shared/contract/common.ts';
import type { MetadataFilter } from '../../shared/contract/metadata.ts';
import type { Sample } from '../../shared/contract/units.ts';
import { containing, fold } from './fold.ts';
import { hasMetadata } from './metadata.ts';
import { isReadableRun, isReadableUnit, type Reader } from './readers.ts';
import type { Store, Tables } from './tables.ts';
import { isNumberIn, isTextIn, word } from './words.ts';

interface UnitFilter {
  reader: Reader;
  search?: string | undefined;
  ids?: readonly string[] | undefined;
  serialNumbers?: readonly string[] | undefined;
  partNumbers?: readonly string[] | undefined;
  revisionNumbers?: readonly string[] | undefined;
  batchNumbers?: readonly string[] | undefined;
  userIds?: readonly string[] | undefined;
  stationIds?: readonly string[] | undefined;
  samples?: readonly (Sample | 'production')[] | undefined;
  metadata?: MetadataFilter | undefined;
  createdAfter?: number | undefined;
  createdBefore?: number | undefined;
  runCountMin?: number | undefined;
  runCountMax?: number | undefined;
  withoutParent: boolean;
  runs: RunFilter;
  /** True: the filter `runs` applies to the unit's last run only. */
  latestOnly: boolean;
  sortBy: 'serial_number' | 'created_at' | 'last_run_at' | 'part_number' | 'last_run_procedure';
  sortOrder: 'asc' | 'desc';
  limit: number;
  cursor: number;
}

interface RunFilter {
  procedureIds?: readonly string[] | undefined;
  outcomes?: readonly Outcome[] | undefined;
  startedAfter?: number | undefined;
  startedBefore?: number | undefined;
}

/** Selects units with the rows that they refer to. The last run is left out if the reader may not read it. */
export const selectUnits = (store: Store, reader: Reader) =>
  store
    .selectFrom('units as u')
    .innerJoin('revisions as rev', 'rev.id', 'u.revision_id')
    .innerJoin('parts as part', 'part.id', 'rev.part_id')
    .leftJoin('batches as b', 'b.id', 'u.batch_id')
    .leftJoin('users as who', 'who.id', 'u.created_by_user_id')
    .leftJoin('stations as s', 's.id', 'u.created_by_station_id')
    .leftJoin('units as parent', 'parent.id', 'u.parent_id')
    .leftJoin('runs as r', (join) => join.onRef('r.id', '=', 'u.last_run_id').on(isReadableRun(reader)))
    .leftJoin('procedures as p', 'p.id', 'u.last_procedure_id')
    .select(['u.id', 'u.serial_number', 'u.created_at', 'u.sample', 'u.metadata_json', 'u.created_during_id'])
    .select(['part.id as part_id', 'part.number as part_number', 'part.name as part_name'])
    .select(['rev.id as revision_id', 'rev.number as revision_number', 'b.id as batch_id', 'b.number as batch_number'])
    .select(['who.id as user_id', 'who.name as user_name', 's.id as station_id', 's.name as station_name'])
    .select(['parent.id as parent_id', 'parent.serial_number as parent_serial_number'])
    .select(['r.id as run_id', 'r.outcome', 'r.started_at', 'r.ended_at'])
    .select(['p.id as procedure_id', 'p.name as procedure_name']);

export type UnitListRow = Awaited<ReturnType<ReturnType<typeof selectUnits>['execute']>>[number];

/** Selects the units alone: rows that no condition needs are not joined while units are filtered and sorted. */
const selectUnitKeys = (store: Store) =>
  store
    .selectFrom('units as u')
    .innerJoin('revisions as rev', 'rev.id', 'u.revision_id')
    .innerJoin('parts as part', 'part.id', 'rev.part_id')
    .leftJoin('batches as b', 'b.id', 'u.batch_id')
    .select('u.key');

type Query = ReturnType<typeof selectUnitKeys>;

const order = {
  serial_number: { column: 'u.serial_key', isNullable: false },
  created_at: { column: 'u.created_at', isNullable: false },
  last_run_at: { column: 'u.last_run_at', isNullable: true },
  part_number: { column: 'part.number_key', isNullable: false },
} as const;

export async function listUnits(store: Store, filter: UnitFilter): Promise<UnitListRow[]> {
  const keys = await listUnitKeys(store, filter);
  if (keys.length === 0) return [];
  const rows = await selectUnits(store, filter.reader).select('u.key').where('u.key', 'in', keys).execute();
  const byKey = new Map(rows.map((row) => [row.key, row]));
  return keys.flatMap((key) => byKey.get(key) ?? []);
}

async function listUnitKeys(store: Store, filter: UnitFilter): Promise<number[]> {
  const { sortBy, sortOrder, limit, cursor } = filter;
  const all = filterUnits(selectUnitKeys(store), filter);
  const found = filter.search ? all.where(await matching(store, filter.search)) : all;
  const units = await filterByRuns(store, found, filter);
  if (sortBy === 'last_run_procedure') return byLastProcedure(store, units, filter);
  const { column, isNullable } = order[sortBy];
  // PostgreSQL reads an index in order only if the order of nulls is that of the index, also where there are none.
  const inOrder = (by: OrderByItemBuilder) => {
    if (!isNullable) return sortOrder === 'asc' ? by.asc() : by.desc();
    return sortOrder === 'asc' ? by.asc().nullsFirst() : by.desc().nullsLast();
  };
  const chosen = await units
    .orderBy(column, inOrder)
    .orderBy('u.key', sortOrder)
    .limit(limit + 1)
    .offset(cursor)
    .execute();
  return chosen.map(({ key }) => key);
}

/** Reads the units of one procedure after the other, because all units would have to be sorted otherwise. */
async function byLastProcedure(
  store: Store,
  units: Query,
  { sortOrder, limit, cursor }: UnitFilter,
): Promise<number[]> {
  const procedures = await store.selectFrom('procedures').select(['id', 'name_key']).orderBy('name_key').execute();
  const sameName = [...Map.groupBy(procedures, ({ name_key }) => name_key).values()];
  const inOrder = [null, ...sameName.map((group) => group.map(({ id }) => id))];
  const keys: number[] = [];
  let skipped = 0;
  for (const ids of sortOrder === 'asc' ? inOrder : inOrder.reverse()) {
    const those =
      ids === null ? units.where('u.last_procedure_id', 'is', null) : units.where('u.last_procedure_id', 'in', ids);
    const left = cursor - skipped;
    if (left > 0) {
      const { count } = await store
        .selectFrom(those.limit(left).as('skipped'))
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      skipped += count;
      if (count < left) continue;
    }
    const page = await those
      .orderBy('u.key', sortOrder)
      .limit(limit + 1 - keys.length)
      .offset(left)
      .execute();
    keys.push(...page.map(({ key }) => key));
    if (keys.length > limit) break;
  }
  return keys;
}

function filterUnits(all: Query, filter: UnitFilter): Query {
  let query = filter.reader === null ? all : all.where(isReadableUnit(filter.reader));
  if (filter.ids) query = query.where('u.id', 'in', filter.ids);
  if (filter.serialNumbers) query = query.where('u.serial_key', 'in', filter.serialNumbers.map(fold));
  if (filter.partNumbers) query = query.where('part.number_key', 'in', filter.partNumbers.map(fold));
  if (filter.revisionNumbers) query = query.where('rev.number_key', 'in', filter.revisionNumbers.map(fold));
  if (filter.batchNumbers) query = query.where('b.number_key', 'in', filter.batchNumbers.map(fold));
  if (filter.userIds) query = query.where('u.created_by_user_id', 'in', filter.userIds);
  if (filter.stationIds) query = query.where('u.created_by_station_id', 'in', filter.stationIds);
  if (filter.samples) query = query.where(sql<string>`coalesce(u.sample, 'production')`, 'in', filter.samples);
  if (filter.metadata) query = query.where(hasMetadata('u.metadata_json', filter.metadata));
  if (filter.createdAfter !== undefined) query = query.where('u.created_at', '>=', filter.createdAfter);
  if (filter.createdBefore !== undefined) query = query.where('u.created_at', '<=', filter.createdBefore);
  if (filter.runCountMin !== undefined) query = query.where('u.run_count', '>=', filter.runCountMin);
  if (filter.runCountMax !== undefined) query = query.where('u.run_count', '<=', filter.runCountMax);
  if (filter.withoutParent) query = query.where('u.parent_id', 'is', null);
  return query;
}

/** Up to this number of units are found by their serial numbers. Above it, the units are read in order and compared. */
const few = 2000;

async function matching(store: Store, search: string): Promise<RawBuilder<boolean>> {
  const pattern = containing(search);
  const revisions = await sql<{ id: string }>`
    select revisions.id from revisions join parts on parts.id = revisions.part_id
    where parts.number_key like ${pattern} escape '\\' or parts.name_key like ${pattern} escape '\\'
      or revisions.number_key like ${pattern} escape '\\'`.execute(store);
  const units = await sql<{ id: string }>`${unitsContaining(search)} limit ${few + 1}`.execute(store);
  const bySerial =
    units.rows.length > few
      ? sql<boolean>`u.serial_key like ${pattern} escape '\\'`
      : isTextIn(
          'u.id',
          units.rows.map(({ id }) => id),
        );
  if (revisions.rows.length === 0) return bySerial;
  return sql<boolean>`(${bySerial} or ${isTextIn(
    'u.revision_id',
    revisions.rows.map(({ id }) => id),
  )})`;
}

/** Three characters and more are found by the trigram index; for fewer, all serial numbers are read. */
export function unitsContaining(search: string): RawBuilder<unknown> {
  const part = fold(search);
  if (Array.from(part).length < 3) {
    return sql`select id from units where serial_key like ${containing(part)} escape '\\'`;
  }
  const phrase = `"${part.replace(/"/g, '""')}"`;
  return word('unitsWithPhrase', phrase, containing(part));
}

async function filterByRuns(store: Store, units: Query, { runs, latestOnly, reader }: UnitFilter): Promise<Query> {
  if (Object.values(runs).every((value) => value === undefined)) return units;
  const { procedureIds } = runs;
  const last = latestOnly && procedureIds !== undefined ? await unitsLastTestedBy(store, procedureIds) : null;
  return (last === null ? units : units.where(last)).where((where) => {
    let query = where.selectFrom('runs as r').select('r.id').where(isReadableRun(reader));
    query = latestOnly
      ? query.whereRef('r.id', '=', sql.ref<Tables['units']['id']>('u.last_run_id'))
      : query.whereRef('r.unit_id', '=', sql.ref<Tables['units']['id']>('u.id'));
    if (procedureIds) query = query.where('r.procedure_id', 'in', procedureIds);
    if (runs.outcomes) query = query.where('r.outcome', 'in', runs.outcomes);
    if (runs.startedAfter !== undefined) query = query.where('r.started_at', '>=', runs.startedAfter);
    if (runs.startedBefore !== undefined) query = query.where('r.started_at', '<=', runs.startedBefore);
    return where.exists(query);
  });
}

/** The condition that the last run of a unit is of one of these procedures. Few units are found by an index. */
async function unitsLastTestedBy(store: Store, procedureIds: readonly string[]): Promise<RawBuilder<boolean>> {
  const found = await store
    .selectFrom('units')
    .select('key')
    .where('last_procedure_id', 'in', procedureIds)
    .limit(few + 1)
    .execute();
  const keys = found.map(({ key }) => key);
  if (keys.length <= few) return isNumberIn('u.key', keys);
  return sql<boolean>`${word('unindexed', sql.ref('u.last_procedure_id'))} in (${sql.join(procedureIds)})`;
}

export async function firstChildren(store: Store, unitIds: readonly string[]) {
  const children = store
    .selectFrom('units')
    .select(['id', 'serial_number', 'parent_id'])
    .select(sql<number>`row_number() over (partition by parent_id order by serial_key)`.as('place'))
    .where('parent_id', 'in', unitIds);
  return store.selectFrom(children.as('c')).selectAll().where('c.place', '<=', 10).orderBy('c.place').execute();
}
