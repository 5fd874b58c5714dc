import { type RawBuilder, sql } from 'kysely';

/**
 * The condition that a run is in statistics: it is not a run of a gauge study, which tests the same parts again and again.
 * Yield, summaries and values all use it. A change of `study_runs` marks the summaries as stale.
 * @param run the alias of the table `runs`
 */
export const isCounted = (run: string): RawBuilder<boolean> =>
  sql<boolean>`not exists (select 1 from study_runs where run_key = ${sql.ref(`${run}.key`)})`;
