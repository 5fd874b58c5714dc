import { type RawBuilder, sql } from 'kysely';
import type { Store } from './tables.ts';

const mostOperators = 500;
const mostMeasurements = 200;
/** Above this number, the names of measurements are not counted: there are a few thousand at most. */
const mostNames = 20_000;

/** Selects the distinct values of the first column of an index. SQLite itself would read the whole index. */
const distinct = (table: RawBuilder<unknown>, column: RawBuilder<unknown>) => sql`
  with recursive found (value) as (
    select min(${column}) from ${table} where ${column} is not null
    union all
    select (select min(${column}) from ${table} where ${column} > found.value) from found where found.value is not null
  )
  select value from found where value is not null`;

export async function operatorsOfRuns(store: Store): Promise<{ id: string; name: string }[]> {
  const values = distinct(sql`runs`, sql`operated_by`);
  const { rows } = await sql<{ id: string; name: string }>`
    select o.value as id, coalesce(u.name, o.value) as name
    from (${values} limit ${mostOperators}) as o left join users as u on u.email = o.value
    order by fold(coalesce(u.name, o.value))`.execute(store);
  return rows;
}

export async function failedMeasurementsSince(store: Store, since: number): Promise<{ name: string; runs: number }[]> {
  const names = distinct(sql`failed_measurements`, sql`name`);
  const { rows } = await sql<{ name: string; runs: number }>`
    select name, runs from (
      select n.value as name,
        (select count(*) from failed_measurements where name = n.value and started_at >= ${since}) as runs
      from (${names} limit ${mostNames}) as n
    ) as counted
    where runs > 0 order by runs desc, name limit ${mostMeasurements}`.execute(store);
  return rows;
}
