const creator = `
  created_by_user_id text references users,
  created_by_station_id text references stations on delete set null`;

const metadata = `
  metadata_json text not null default '{}'`;

/** Schema 1. The columns are explained in `tables.ts`. */
export const firstSchema = `
create table instance (
  id text primary key,
  created_at integer not null,
  signing_secret text not null default (lower(hex(randomblob(32))))
) strict;

create table users (
  id text primary key,
  name text not null,
  email text not null unique,
  created_at integer not null
) strict;

create table stations (
  id text primary key,
  name text not null,
  name_key text not null,
  created_at integer not null,
  archived_at integer,
  image_id text references uploads on delete set null,${metadata}
) strict;
create unique index stations_by_name on stations (name_key) where archived_at is null;

create table procedures (
  id text primary key,
  name text not null,
  name_key text not null,
  identifier text,
  identifier_key text unique,
  created_at integer not null,
  created_by_user_id text not null references users
) strict;

create table station_procedures (
  station_id text not null references stations on delete cascade,
  procedure_id text not null references procedures on delete cascade,
  linked_at integer not null,
  primary key (station_id, procedure_id)
) strict, without rowid;
create index station_procedures_by_procedure on station_procedures (procedure_id);

create table api_keys (
  id text primary key,
  hash text not null unique,
  prefix text not null,
  kind text not null check (kind in ('user', 'station')),
  user_id text references users on delete cascade,
  station_id text unique references stations on delete cascade,
  created_at integer not null,
  last_used_at integer,
  check ((kind = 'user') = (user_id is not null)),
  check ((kind = 'station') = (station_id is not null))
) strict;

create table procedure_versions (
  id text primary key,
  procedure_id text not null references procedures on delete cascade,
  tag text not null,
  tag_key text not null,
  created_at integer not null,${creator},
  unique (procedure_id, tag_key)
) strict;

create table parts (
  id text primary key,
  number text not null,
  number_key text not null unique,
  name text not null,
  name_key text not null,
  created_at integer not null,${creator},${metadata}
) strict;
create index parts_by_creation on parts (created_at);
create index parts_by_name on parts (name_key);

create table revisions (
  id text primary key,
  part_id text not null references parts on delete cascade,
  number text not null,
  number_key text not null,
  image_id text references uploads on delete set null,
  created_at integer not null,${creator},${metadata},
  unique (part_id, number_key)
) strict;

create unique index revisions_by_number on revisions (number_key, part_id);

create table batches (
  id text primary key,
  number text not null,
  number_key text not null unique,
  created_at integer not null,
  unit_count integer not null default 0,${creator}
) strict;
create index batches_by_creation on batches (created_at);

create table units (
  key integer primary key,
  id text not null unique,
  serial_number text not null,
  serial_key text not null unique,
  revision_id text not null references revisions,
  batch_id text references batches on delete set null,
  parent_id text references units (id) on delete set null,
  sample text check (sample in ('golden', 'failing', 'ignored')),
  created_at integer not null,
  created_during_id text,
  run_count integer not null default 0,
  last_run_id text,
  last_run_at integer,
  last_procedure_id text,${creator},${metadata}
) strict;
create virtual table unit_serials using fts5 (
  serial_key, content = '', contentless_delete = 1, tokenize = 'trigram case_sensitive 1'
);
create trigger unit_serial_made after insert on units begin
  insert into unit_serials (rowid, serial_key) values (new.key, new.serial_key);
end;
create trigger unit_serial_changed after update of serial_key on units when new.serial_key is not old.serial_key begin
  update unit_serials set serial_key = new.serial_key where rowid = new.key;
end;
create trigger unit_serial_gone after delete on units begin
  delete from unit_serials where rowid = old.key;
end;
create index units_by_creation on units (created_at);
create index units_by_last_run on units (last_run_at);
create index units_by_revision on units (revision_id, serial_key);
create index units_by_batch on units (batch_id);
create index units_by_parent on units (parent_id) where parent_id is not null;
create trigger batch_has_unit after insert on units when new.batch_id is not null begin
  update batches set unit_count = unit_count + 1 where id = new.batch_id;
end;
create trigger batch_lost_unit after delete on units when old.batch_id is not null begin
  update batches set unit_count = unit_count - 1 where id = old.batch_id;
end;
create trigger batch_of_unit_changed after update of batch_id on units when new.batch_id is not old.batch_id begin
  update batches set unit_count = unit_count - 1 where id = old.batch_id;
  update batches set unit_count = unit_count + 1 where id = new.batch_id;
end;

create table runs (
  key integer primary key,
  id text not null unique,
  procedure_id text not null references procedures on delete cascade,
  version_id text references procedure_versions,
  unit_id text not null references units (id) on delete cascade,
  revision_id text not null references revisions,
  batch_id text references batches on delete set null,
  outcome text not null,
  started_at integer not null,
  ended_at integer not null,
  duration integer generated always as (ended_at - started_at) virtual,
  created_at integer not null,
  docstring text,
  created_by_user_id text references users,
  created_by_station_id text references stations,
  operated_by text,
  operator_id text references users,
  execution_id text,
  slot_key text,
  slot_name text,
  push_key text,
  troubled integer not null check (troubled in (0, 1)),
  context_json text
) strict;
create index runs_by_start on runs (started_at);
create index runs_by_end on runs (ended_at);
create index runs_by_creation on runs (created_at);
create index runs_by_duration on runs (duration, started_at);
create index runs_by_outcome on runs (outcome, started_at);
create index runs_by_procedure on runs (procedure_id, started_at);
create index runs_by_station on runs (created_by_station_id, started_at) where created_by_station_id is not null;
create index runs_by_user on runs (created_by_user_id, started_at) where created_by_user_id is not null;
create index runs_by_operator on runs (operated_by, started_at) where operated_by is not null;
create index runs_by_execution on runs (execution_id, slot_key) where execution_id is not null;
create index runs_by_unit on runs (unit_id, started_at);
create index runs_by_revision on runs (revision_id, started_at);
create index runs_by_batch on runs (batch_id, started_at, revision_id, outcome) where batch_id is not null;
create index runs_by_version on runs (version_id, started_at) where version_id is not null;
create index runs_troubled on runs (procedure_id, started_at) where troubled = 1;
create unique index runs_by_push_key on runs (push_key) where push_key is not null;
create trigger runs_follow_unit after update of revision_id, batch_id on units
when new.revision_id is not old.revision_id or new.batch_id is not old.batch_id begin
  update runs set revision_id = new.revision_id, batch_id = new.batch_id where unit_id = new.id;
end;
create trigger unit_has_run after insert on runs begin
  update units set
    run_count = run_count + 1,
    last_run_id = iif(last_run_at > new.started_at, last_run_id, new.id),
    last_procedure_id = iif(last_run_at > new.started_at, last_procedure_id, new.procedure_id),
    last_run_at = iif(last_run_at > new.started_at, last_run_at, new.started_at)
  where id = new.unit_id;
end;
create trigger unit_lost_run after delete on runs begin
  update units set run_count = run_count - 1, created_during_id = nullif(created_during_id, old.id) where id = old.unit_id;
  update units set (last_run_id, last_run_at, last_procedure_id) = (
    select id, started_at, procedure_id from runs where unit_id = old.unit_id order by started_at desc, key desc limit 1
  )
  where id = old.unit_id and last_run_id = old.id;
end;

create table run_metadata (
  run_key integer not null references runs on delete cascade,
  name text not null,
  value any not null,
  is_boolean integer not null check (is_boolean in (0, 1)),
  primary key (run_key, name)
) strict, without rowid;
create index run_metadata_by_value on run_metadata (name, value);

create table run_sub_units (
  run_id text not null references runs (id) on delete cascade,
  unit_id text not null references units (id) on delete cascade,
  primary key (run_id, unit_id)
) strict, without rowid;
create index run_sub_units_by_unit on run_sub_units (unit_id);

create table phases (
  key integer primary key autoincrement,
  run_key integer not null references runs on delete cascade,
  name text not null,
  outcome text not null,
  started_at integer not null,
  ended_at integer not null,
  retry_count integer not null,
  docstring text,
  sequence_path text
) strict;
create index phases_by_run on phases (run_key);

create table measurements (
  phase_key integer not null references phases on delete cascade,
  position integer not null,
  name text not null,
  outcome text not null,
  type text not null,
  units text,
  docstring text,
  value_json text,
  validators_json text,
  aggregations_json text,
  series_json text,
  primary key (phase_key, position)
) strict, without rowid;

create table logs (
  key integer primary key autoincrement,
  run_key integer not null references runs on delete cascade,
  level text not null,
  timestamp integer not null,
  message text not null,
  source_file text not null,
  line_number real not null
) strict;
create index logs_by_run on logs (run_key);

create table uploads (
  id text primary key,
  name text not null,
  created_at integer not null,
  stored_at integer,
  size integer,
  content_type text,
  sha256 text,
  run_id text references runs (id) on delete cascade,
  unit_id text references units (id) on delete cascade,
  is_report integer not null default 0 check (is_report in (0, 1)),${creator}
) strict;
create index uploads_by_run on uploads (run_id) where run_id is not null;
create index uploads_by_unit on uploads (unit_id) where unit_id is not null;
create index uploads_by_content on uploads (sha256) where is_report = 1;
create index uploads_unlinked on uploads (created_at) where run_id is null and unit_id is null;
`;
