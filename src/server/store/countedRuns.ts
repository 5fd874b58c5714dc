import { type RawBuilder, sql } from 'kysely';
import type { Store } from './tables.ts';

/**
 * The condition that a run is in statistics: it is not a run of a gauge study, which tests the same parts again and again.
 * Yield, summaries and values all use it. A change of `study_runs` marks the summaries as stale.
 * @param run the alias of the table `runs`
 */
export const isCounted = (run: string): RawBuilder<boolean> =>
  sql<boolean>`not exists (select 1 from study_runs where run_key = ${sql.ref(`${run}.key`)})`;

export const countedRuns = (store: Store, procedureId: string, from: number, to: number) =>
  store
    .selectFrom('runs as r')
    .innerJoin('units as u', 'u.id', 'r.unit_id')
    .select(['r.id', 'r.procedure_id', 'r.unit_id', 'u.sample', 'r.outcome', 'r.started_at', 'r.created_at'])
    .select('r.created_by_station_id as station_id')
    .where('r.procedure_id', '=', procedureId)
    .where('r.started_at', '>=', from)
    .where('r.started_at', '<', to)
    .where(isCounted('r'));
