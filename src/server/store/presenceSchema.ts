/**
 * Schema 2: whether stations were there. What is kept are transitions, not samples, and beside them the times in which
 * this server watched: outside of those nothing is known. Names of columns are explained in `tables.ts`.
 */
export const presenceSchema = `
create table presence (
  key integer primary key,
  station_id text not null unique references stations on delete cascade,
  state text not null default 'never' check (state in ('connected', 'running', 'disconnected', 'never', 'unknown')),
  since integer,
  last_seen_at integer,
  operator_address text,
  heartbeat_millis integer,
  history_version integer not null default 0,
  days_version integer not null default 0
) strict;

create table transitions (
  presence_key integer not null references presence on delete cascade,
  at integer not null,
  is_up integer not null check (is_up in (0, 1)),
  cause text not null,
  primary key (presence_key, at)
) strict, without rowid;

create table observers (
  key integer primary key,
  started_at integer not null,
  alive_at integer not null
) strict;

create table pauses (
  id text primary key,
  station_id text not null references stations on delete cascade,
  kind text not null check (kind in ('maintenance', 'paused')),
  starts_at integer not null,
  ends_at integer,
  note text not null
) strict;
create index pauses_by_station on pauses (station_id, starts_at);

create table uptime_days (
  zone text not null,
  presence_key integer not null references presence on delete cascade,
  date text not null,
  up integer not null,
  down integer not null,
  maintenance integer not null,
  paused integer not null,
  unknown integer not null,
  incidents integer not null,
  primary key (presence_key, date, zone)
) strict, without rowid;

create trigger presence_updated_on_presence after update of state, operator_address on presence begin
  insert into changes (at, kind, station_id)
  values (cast(unixepoch('subsec') * 1000 as integer), 'presence.updated', new.station_id);
end;
create trigger presence_created_on_presence after insert on presence begin
  insert into changes (at, kind, station_id)
  values (cast(unixepoch('subsec') * 1000 as integer), 'presence.updated', new.station_id);
end;
create trigger presence_updated_on_pauses after insert on pauses begin
  insert into changes (at, kind, station_id)
  values (cast(unixepoch('subsec') * 1000 as integer), 'presence.updated', new.station_id);
end;
create trigger presence_updated_on_ended_pauses after update on pauses begin
  insert into changes (at, kind, station_id)
  values (cast(unixepoch('subsec') * 1000 as integer), 'presence.updated', new.station_id);
end;
create trigger presence_updated_on_deleted_pauses after delete on pauses begin
  insert into changes (at, kind, station_id)
  values (cast(unixepoch('subsec') * 1000 as integer), 'presence.updated', old.station_id);
end;
`;
