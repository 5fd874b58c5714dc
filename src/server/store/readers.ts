import { type RawBuilder, sql } from 'kysely';
import type { Store } from './tables.ts';
import { thenJoin, unindexed } from './words.ts';

/**
 * The reader of a response: the id of a station, which may read a part of the runs and units, or null for a user, who
 * may read all of them. A station may read the runs that it pushed and the runs of procedures that are linked to it,
 * the units that it created, and the units of runs that it may read.
 */
export type Reader = string | null;

const everything = sql<boolean>`true`;

/** The condition that the reader may read the run `r`. No index is used for it: there is a better one for the other conditions. */
export const isReadableRun = (reader: Reader) =>
  reader === null
    ? everything
    : sql<boolean>`(${unindexed(sql`r.created_by_station_id`)} = ${reader} or ${unindexed(sql`r.procedure_id`)} in (
        select procedure_id from station_procedures where station_id = ${reader}))`;

/** Selects the keys of the runs that a station may read, using one index after the other. */
export const readableRunKeys = (station: string) => sql`
  select r.key from runs as r where r.created_by_station_id = ${station}
  union all
  select r.key from station_procedures as l ${thenJoin} runs as r on r.procedure_id = l.procedure_id
  where l.station_id = ${station} and ${unindexed(sql`r.created_by_station_id`)} is distinct from ${station}`;

export const isReadableUnit = (reader: Reader) =>
  reader === null
    ? everything
    : sql<boolean>`(u.created_by_station_id = ${reader} or exists (
        select 1 from runs as r where r.unit_id = u.id and ${isReadableRun(reader)}))`;

const flag = (condition: RawBuilder<unknown>) => sql<0 | 1>`case when ${condition} then 1 else 0 end`;

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
      flag(sql`u.created_by_station_id is not distinct from ${station}`).as('created'),
      flag(sql`exists (select 1 from runs where unit_id = u.id and created_by_station_id = ${station})`).as('tested'),
      flag(
        sql`exists (select 1 from runs where unit_id = u.id and created_by_station_id is distinct from ${station})`,
      ).as('others'),
    ])
    .executeTakeFirstOrThrow();
  return { created: created === 1, tested: tested === 1, testedByOthers: others === 1 };
}
