import { quarterHourMillis } from '../../time.ts';

const markStale = (name: string, event: string, run: 'new' | 'old'): string => `
create trigger summary_outdated_by_${name} after ${event} begin
  insert into stale_quarters (procedure_id, quarter)
  select id, ${run}.started_at / ${quarterHourMillis} from procedures where id = ${run}.procedure_id
  on conflict do nothing;
end;`;

/**
 * Schema 8: summaries of days for statistics. They are computed from the runs, see `docs/decisions/0032-analytics.md`. The quarters
 * of an hour in which runs changed since then are stale. The edges of days are quarters of an hour in every time zone.
 */
export const analyticsSchema = `
create table stale_quarters (
  procedure_id text not null references procedures on delete cascade,
  quarter integer not null,
  primary key (procedure_id, quarter)
) strict, without rowid;
insert into stale_quarters select distinct procedure_id, started_at / ${quarterHourMillis} from runs;

create table procedure_days (
  procedure_id text not null references procedures on delete cascade,
  starts_at integer not null,
  summary_json text not null,
  primary key (procedure_id, starts_at)
) strict, without rowid;

create table measurement_days (
  procedure_id text not null references procedures on delete cascade,
  phase_name text not null,
  measurement_name text not null,
  starts_at integer not null,
  summary_json text not null,
  digests_json text not null,
  primary key (procedure_id, phase_name, measurement_name, starts_at)
) strict, without rowid;
create index measurement_days_by_day on measurement_days (procedure_id, starts_at);

create table analytics_state (time_zone text not null, format integer not null) strict;
${markStale('inserted_run', 'insert on runs', 'new')}
${markStale('deleted_run', 'delete on runs', 'old')}
create trigger summary_outdated_by_updated_run
after update of procedure_id, version_id, unit_id, revision_id, batch_id, outcome, started_at, ended_at, created_by_station_id on runs begin
  insert into stale_quarters (procedure_id, quarter)
  values (old.procedure_id, old.started_at / ${quarterHourMillis}), (new.procedure_id, new.started_at / ${quarterHourMillis})
  on conflict do nothing;
end;
create trigger summary_outdated_by_sample after update of sample on units when new.sample is not old.sample begin
  insert into stale_quarters (procedure_id, quarter)
  select procedure_id, started_at / ${quarterHourMillis} from runs where unit_id = new.id
  on conflict do nothing;
end;
`;

/**
 * Schema 22: the stale quarters whose days are being computed. Runs that change meanwhile mark theirs as stale again. If the
 * computation does not end, these remain out of date.
 */
export const computingQuartersSchema = `
create table computing_quarters (
  procedure_id text not null references procedures on delete cascade,
  quarter integer not null,
  primary key (procedure_id, quarter)
) strict, without rowid;
`;
