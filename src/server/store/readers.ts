import { sql } from 'kysely';
import type { Store } from './tables.ts';

/**
 * The reader of a response: the id of a station, which may read a part of the runs and units, or null for a user, who
 * may read all of them. A station may read the runs that it pushed and the runs of procedures that are linked to it,
 * the units that it created, and the units of runs that it may read.
 */
export type Reader = string | null;

const everything = sql<boolean>`true`;

/** The condition that the reader may read the run `r`. The plus signs keep SQLite from using another index. */
export const isReadableRun = (reader: Reader) =>
  reader === null
    ? everything
    : sql<boolean>`(+r.created_by_station_id = ${reader} or +r.procedure_id in (
        select procedure_id from station_procedures where station_id = ${reader}))`;

/** Selects the keys of the runs that a station may read, using one index after the other. */
export const readableRunKeys = (station: string) => sql`
  select r.key from runs as r where r.created_by_station_id = ${station}
  union all
  select r.key from station_procedures as l cross join runs as r on r.procedure_id = l.procedure_id
  where l.station_id = ${station} and +r.created_by_station_id is not ${station}`;

export const isReadableUnit = (reader: Reader) =>
  reader === null
    ? everything
    : sql<boolean>`(u.created_by_station_id = ${reader} or exists (
        select 1 from runs as r where r.unit_id = u.id and ${isReadableRun(reader)}))`;

interface Involvement {
  created: boolean;
  tested: boolean;
  /** Whether another station, or a user, pushed a run of the unit. */
  testedByOthers: boolean;
}

export async function involvementIn(store: Store, unitId: string, station: string): Promise<Involvement> {
  const { created, tested, others } = await store
    .selectFrom('units as u')
    .where('u.id', '=', unitId)
    .select([
      sql<0 | 1>`u.created_by_station_id is ${station}`.as('created'),
      sql<0 | 1>`exists (select 1 from runs where unit_id = u.id and created_by_station_id is ${station})`.as('tested'),
      sql<0 | 1>`exists (select 1 from runs where unit_id = u.id and created_by_station_id is not ${station})`.as(
        'others',
      ),
    ])
    .executeTakeFirstOrThrow();
  return { created: created === 1, tested: tested === 1, testedByOthers: others === 1 };
}
