import { sql } from 'kysely';
import type { YieldCounts } from '../../shared/contract/overview.ts';
import { type PassedUnits, yieldCounts } from '../../shared/statistics/yield.ts';
import { isCounted } from './countedRuns.ts';
import type { Store } from './tables.ts';
import { thenJoin, unindexed } from './words.ts';

const attempts = sql`('PASS', 'FAIL', 'ERROR', 'TIMEOUT')`;

/**
 * Returns the yields of a station by procedure. Procedures without a counted unit are left out. `unitDays` in
 * `shared/statistics/yield.ts` defines what counts; this is the same in SQL, which reads only the runs of the station and the
 * other runs of their units.
 * @param edges the beginning of each day and the end of the last one, in milliseconds since 1970
 */
export async function stationYields(
  store: Store,
  stationId: string,
  edges: readonly number[],
): Promise<Map<string, YieldCounts>> {
  const days = edges.slice(1).map((end, index) => sql`(${sql.lit(edges[index])}, ${sql.lit(end)})`);
  const { rows } = await sql<PassedUnits & { procedure_id: string }>`
    with days (starts_at, ends_at) as (values ${sql.join(days)})
    select procedure_id, passed_at as "passedAt", count(*) as units from (
      select r.procedure_id, case when r.outcome = 'PASS' then 1 else (
        select min(attempt) from (
          select a.outcome, row_number() over (order by a.started_at, a.created_at, a.id) as attempt
          from runs as a
          where a.unit_id = r.unit_id and ${unindexed(sql`a.procedure_id`)} = r.procedure_id
            and a.started_at >= days.starts_at and a.started_at < days.ends_at and a.outcome in ${attempts}
            and ${isCounted('a')}
        ) as attempts
        where outcome = 'PASS'
      ) end as passed_at
      from days ${thenJoin} runs as r on true
      where r.created_by_station_id = ${stationId}
        and r.started_at >= days.starts_at and r.started_at < days.ends_at and r.outcome in ${attempts}
        and ${isCounted('r')}
        and r.unit_id not in (select id from units where sample is not null)
        and not exists (
          select 1 from runs as earlier
          where earlier.unit_id = r.unit_id and ${unindexed(sql`earlier.procedure_id`)} = r.procedure_id
            and earlier.started_at between days.starts_at and r.started_at and earlier.outcome in ${attempts}
            and ${isCounted('earlier')}
            and (earlier.started_at, earlier.created_at, earlier.id) < (r.started_at, r.created_at, r.id)
        )
    ) as passed
    group by procedure_id, passed_at`.execute(store);
  return new Map(
    [...Map.groupBy(rows, ({ procedure_id }) => procedure_id)].map(([id, groups]) => [id, yieldCounts(groups)]),
  );
}
