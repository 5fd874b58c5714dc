import { quarterHourMillis } from '../../time.ts';

/** Statistics without the run, or with it again, have to be computed, and open pages have to load it again. */
const onRunOfStudy = (event: 'insert' | 'delete', row: 'new' | 'old'): string => `
create trigger run_of_study_${event} after ${event} on study_runs begin
  insert into stale_quarters (procedure_id, quarter)
  select procedure_id, started_at / ${quarterHourMillis} from runs where key = ${row}.run_key
  on conflict do nothing;
  insert into changes (at, kind, station_id, procedure_id, run_id)
  select cast(unixepoch('subsec') * 1000 as integer), 'run.updated', created_by_station_id, procedure_id, id
  from runs where key = ${row}.run_key;
end;`;

/**
 * Gauge studies. All runs of a study are in `study_runs` and in no statistics; those that count are in `study_trials`. The
 * number of a part or appraiser is its place in the plan.
 */
export const studiesSchema = `
create table studies (
  id text primary key,
  procedure_id text not null references procedures on delete cascade,
  name text not null,
  plan_json text not null,
  seed integer not null,
  active_since integer,
  created_at integer not null,
  created_by_user_id text not null references users
) strict;
create index studies_by_procedure on studies (procedure_id, created_at);

create table study_trials (
  study_id text not null references studies on delete cascade,
  position integer not null,
  part integer not null,
  appraiser integer not null,
  trial integer not null,
  serial_key text not null,
  station_id text not null,
  run_key integer references runs on delete set null,
  primary key (study_id, position)
) strict, without rowid;
create unique index study_trials_by_run on study_trials (run_key) where run_key is not null;

create table study_runs (
  run_key integer primary key references runs on delete cascade,
  study_id text not null,
  position integer not null,
  foreign key (study_id, position) references study_trials on delete cascade
) strict;
create index study_runs_by_trial on study_runs (study_id, position);
${onRunOfStudy('insert', 'new')}
${onRunOfStudy('delete', 'old')}
create trigger run_of_study_discarded after update of run_key on study_trials
when new.run_key is null and old.run_key is not null begin
  insert into changes (at, kind, station_id, procedure_id, run_id)
  select cast(unixepoch('subsec') * 1000 as integer), 'run.updated', created_by_station_id, procedure_id, id
  from runs where key = old.run_key;
end;
`;
