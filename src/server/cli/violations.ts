import { quarterHourMillis } from '../store/time.ts';

const dayWords = {
  sqlite: {
    counted: `select sum(value ->> 'runs') from json_each(summary_json)`,
    isJson: 'json_valid(summary_json)',
    time: `datetime(starts_at / 1000, 'unixepoch')`,
  },
  postgres: {
    counted: `select sum((value ->> 'runs')::bigint) from json_array_elements(summary_json::json)`,
    isJson: 'true',
    time: `to_char(to_timestamp(starts_at / 1000) at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS')`,
  },
};

/** Returns queries that find what breaks a rule of the data: one sentence in each row. */
export const violationQueries = (engine: keyof typeof dayWords): readonly string[] => [
  ...rules,
  dayRule(dayWords[engine]),
];

const rules: readonly string[] = [
  `select 'Run ' || id || ' ends before it starts.' from runs where ended_at < started_at`,
  `with recursive above(unit, id) as (
     select id, parent_id from units where parent_id is not null
     union
     select above.unit, units.parent_id from above join units using (id) where units.parent_id is not null
   )
   select 'Unit ' || unit || ' is built into itself.' from above where unit = id`,
  `select 'Unit ' || id || ' has ' || coalesce(runs, 0) || ' runs and is noted with ' || run_count || '.'
   from units left join (select unit_id, count(*) as runs from runs group by unit_id) as of_unit on unit_id = id
   where run_count <> coalesce(runs, 0)`,
  `select 'Batch ' || id || ' has ' || coalesce(units, 0) || ' units and is noted with ' || unit_count || '.'
   from batches left join (select batch_id, count(*) as units from units group by batch_id) as of_batch on batch_id = id
   where unit_count <> coalesce(units, 0)`,
  `select 'Run ' || r.id || ' has not the revision and batch of its unit.' from runs as r join units as u on u.id = r.unit_id
   where r.revision_id is distinct from u.revision_id or r.batch_id is distinct from u.batch_id`,
  `select 'Upload ' || id || ' is stored and has no size.' from uploads where stored_at is not null and size is null`,
  `select 'Of the changes up to ' || max(id) || ' some are missing.' from changes having count(*) <> max(id) - min(id) + 1`,
];

/** A day that is not stale has the counts of its runs. Until the next stored day there are no others. */
const dayRule = ({ counted, isJson, time }: Record<'counted' | 'isJson' | 'time', string>): string =>
  `with days as (
     select procedure_id, starts_at, lead(starts_at, 1, ${Number.MAX_SAFE_INTEGER})
         over (partition by procedure_id order by starts_at) as ends_at, (${counted}) as counted
     from procedure_days where ${isJson}
   ), compared as (
     select procedure_id, starts_at, counted, (
         select count(*) from runs where procedure_id = days.procedure_id and started_at >= starts_at
           and started_at < ends_at and not exists (select 1 from study_runs where run_key = runs.key)
       ) as stored
     from days where not exists (
       select 1 from (select * from stale_quarters union all select * from computing_quarters) as s
       where s.procedure_id = days.procedure_id
         and s.quarter >= starts_at / ${quarterHourMillis} and s.quarter <= ends_at / ${quarterHourMillis})
   )
   select 'The statistics of procedure ' || procedure_id || ' since ' || ${time}
     || ' UTC count ' || counted || ' runs, and there are ' || stored || '.'
   from compared where counted <> stored`;
