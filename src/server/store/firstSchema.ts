const creator = `
  created_by_user_id text references users,
  created_by_station_id text references stations on delete set null`;

/** Schema 1. Names of columns are explained in `tables.ts`. */
export const firstSchema = `
create table instance (id text primary key, created_at integer not null) strict;

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
  archived_at integer
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
  created_at integer not null,${creator}
) strict;

create table revisions (
  id text primary key,
  part_id text not null references parts on delete cascade,
  number text not null,
  number_key text not null,
  created_at integer not null,${creator},
  unique (part_id, number_key)
) strict;

create table batches (
  id text primary key,
  number text not null,
  number_key text not null unique,
  created_at integer not null,${creator}
) strict;

create table units (
  id text primary key,
  serial_number text not null,
  serial_key text not null unique,
  revision_id text not null references revisions,
  batch_id text references batches on delete set null,
  parent_id text references units on delete set null,
  created_at integer not null,${creator}
) strict;
create index units_by_revision on units (revision_id);
create index units_by_batch on units (batch_id);
create index units_by_parent on units (parent_id);

create table runs (
  id text primary key,
  procedure_id text not null references procedures on delete cascade,
  version_id text references procedure_versions,
  unit_id text not null references units on delete cascade,
  outcome text not null,
  started_at integer not null,
  ended_at integer not null,
  created_at integer not null,
  docstring text,
  created_by_user_id text references users,
  created_by_station_id text references stations
) strict;
create index runs_by_start on runs (started_at, id);
create index runs_by_creation on runs (created_at, id);
create index runs_by_procedure on runs (procedure_id, started_at, id);
create index runs_by_station on runs (created_by_station_id, started_at, id);
create index runs_by_unit on runs (unit_id, started_at, id);
create index runs_by_version on runs (version_id);

create table run_sub_units (
  run_id text not null references runs on delete cascade,
  unit_id text not null references units on delete cascade,
  primary key (run_id, unit_id)
) strict, without rowid;
create index run_sub_units_by_unit on run_sub_units (unit_id);

create table phases (
  id text primary key,
  run_id text not null references runs on delete cascade,
  position integer not null,
  name text not null,
  outcome text not null,
  started_at integer not null,
  ended_at integer not null,
  retry_count integer not null,
  docstring text
) strict;
create index phases_by_run on phases (run_id, position);

create table measurements (
  id text primary key,
  phase_id text not null references phases on delete cascade,
  position integer not null,
  name text not null,
  outcome text not null,
  units text,
  docstring text,
  value_json text,
  validators_json text not null,
  series_json text
) strict;
create index measurements_by_phase on measurements (phase_id, position);

create table logs (
  id text primary key,
  run_id text not null references runs on delete cascade,
  position integer not null,
  level text not null,
  timestamp integer not null,
  message text not null,
  source_file text not null,
  line_number real not null
) strict;
create index logs_by_run on logs (run_id, position);

create table uploads (
  id text primary key,
  name text not null,
  created_at integer not null,
  stored_at integer,
  size integer,
  content_type text,
  run_id text references runs on delete cascade,
  is_report integer not null default 0 check (is_report in (0, 1)),${creator}
) strict;
create index uploads_by_run on uploads (run_id);
`;
