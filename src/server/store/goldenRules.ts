import { sql } from 'kysely';
import type { Outcome } from '../../shared/contract/common.ts';
import type { CheckedSample, GoldenRule } from '../../shared/contract/goldenChecks.ts';
import { checkedAt } from '../../shared/golden/goldenState.ts';
import { longestRunMs } from './stationRuns.ts';
import type { Store, StoreTransaction, Tables } from './tables.ts';
import { thenJoin, unindexed } from './words.ts';

type RuleRow = Tables['golden_rules'];

export const asRule = ({ hours, failing_sample, without }: RuleRow): GoldenRule => ({
  hours,
  failing_sample: failing_sample === 1,
  without,
});

export async function rulesOf(store: Store, procedureId: string): Promise<RuleRow[]> {
  return store.selectFrom('golden_rules').selectAll().where('procedure_id', '=', procedureId).execute();
}

/** Returns the rules that hold on a station, by procedure: its own, or else that of all stations. */
export async function rulesOn(store: Store, stationId: string): Promise<Map<string, GoldenRule>> {
  const rows = await store
    .selectFrom('golden_rules as g')
    .innerJoin('station_procedures as l', 'l.procedure_id', 'g.procedure_id')
    .selectAll('g')
    .where('l.station_id', '=', stationId)
    .where((where) => where.or([where('g.station_id', 'is', null), where('g.station_id', '=', stationId)]))
    .orderBy(sql`g.station_id is not null`) // a later entry of a map replaces an earlier one
    .execute();
  return new Map(rows.map((row) => [row.procedure_id, asRule(row)]));
}

export async function setRule(
  change: StoreTransaction,
  procedureId: string,
  stationId: string | null,
  rule: GoldenRule | null,
): Promise<void> {
  await change
    .deleteFrom('golden_rules')
    .where('procedure_id', '=', procedureId)
    .where('station_id', 'is not distinct from', stationId)
    .execute();
  if (rule === null) return;
  await change
    .insertInto('golden_rules')
    .values({ procedure_id: procedureId, station_id: stationId, ...rule, failing_sample: rule.failing_sample ? 1 : 0 })
    .execute();
}

export interface SampleRun {
  id: string;
  serial_number: string;
  sample: CheckedSample;
  outcome: Outcome;
  ended_at: number;
  created_at: number;
}

const lookBackMs = 31 * 86_400_000;

/**
 * Returns the last counted run of each of these samples of a procedure on a station; `countsForCheck` and `checkedAt` in
 * `shared/golden` define it. Most samples are run every few days, so all runs are searched only if the last weeks have none.
 */
export async function lastSampleRuns(
  store: Store,
  { stationId, procedureId, samples }: { stationId: string; procedureId: string; samples: readonly CheckedSample[] },
  now: number,
): Promise<SampleRun[]> {
  const search = async (from: number): Promise<SampleRun[]> => {
    const { rows } = await sql<SampleRun>`
      select id, serial_number, sample, outcome, ended_at, created_at from (
        select r.id, u.serial_number, u.sample, r.outcome, r.ended_at, r.created_at, row_number() over (
          partition by u.sample order by case when r.ended_at < r.created_at then r.ended_at else r.created_at end desc, r.created_at desc, r.key desc
        ) as place
        from units as u ${thenJoin} runs as r on r.unit_id = u.id
        where u.sample is not null and u.sample in (${sql.join(samples)}) and r.started_at >= ${from}
          and ${unindexed(sql`r.created_by_station_id`)} = ${stationId}
          and ${unindexed(sql`r.procedure_id`)} = ${procedureId}
          and r.outcome in ('PASS', 'FAIL', 'ERROR', 'TIMEOUT')
      ) as found
      where place = 1`.execute(store);
    return rows;
  };
  const from = now - lookBackMs;
  // A run that started earlier may have ended later than the ones that are found.
  const recent = (await search(from - longestRunMs)).filter((run) => checkedAt(run) >= from);
  return recent.length === samples.length ? recent : search(Number.MIN_SAFE_INTEGER);
}

export async function samplesOf(
  store: Store,
  procedureId: string,
  limit: number,
): Promise<Record<CheckedSample, string[]>> {
  const { rows } = await sql<{ serial_number: string; sample: CheckedSample }>`
    select serial_number, sample from (
      select u.serial_number, u.sample, u.last_run_at, row_number() over (
        partition by u.sample order by u.last_run_at desc, u.key desc
      ) as place
      from units as u
      where u.sample is not null and u.sample in ('golden', 'failing')
        and exists (select 1 from runs as r where r.unit_id = u.id and ${unindexed(sql`r.procedure_id`)} = ${procedureId})
    ) as found
    where place <= ${limit} order by place`.execute(store);
  const serials = (sample: CheckedSample): string[] =>
    rows.filter((row) => row.sample === sample).map(({ serial_number }) => serial_number);
  return { golden: serials('golden'), failing: serials('failing') };
}
