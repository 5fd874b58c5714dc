import { sql } from 'kysely';

/**
 * The rule of `lastAttempts` in SQL: whether the phase `p` was not replaced, because the next phase of its name in the run
 * is no retry.
 */
export const isLastAttempt = sql<boolean>`coalesce((
  select later.retry_count from phases as later
  where later.run_key = p.run_key and later.name = p.name
    and (later.started_at, later.key) > (p.started_at, p.key)
  order by later.started_at, later.key limit 1
), 0) = 0`;
