const presenceTrigger = (name: string, when: string, row: 'new' | 'old'): string => `
create trigger presence_updated_by_${name} after ${when} begin
  insert into changes (at, kind, station_id)
  values (cast(unixepoch('subsec') * 1000 as integer), 'presence.updated', ${row}.station_id);
end;`;

/**
 * Schema 2: when stations were connected. It stores transitions, not samples, and the times in which a server watched:
 * the state outside of those is unknown. The columns are explained in `tables.ts`. Schema 7 drops `uptime_days`.
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
${[
  presenceTrigger('updated_presence', 'update of state, operator_address on presence', 'new'),
  presenceTrigger('inserted_presence', 'insert on presence', 'new'),
  presenceTrigger('inserted_pause', 'insert on pauses', 'new'),
  presenceTrigger('updated_pause', 'update on pauses', 'new'),
  presenceTrigger('deleted_pause', 'delete on pauses', 'old'),
].join('')}
`;
