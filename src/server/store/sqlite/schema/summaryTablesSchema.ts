/**
 * Schema 15: the day of a procedure has the summaries of all its measurements, and each measurement has its own with the
 * distributions. Tables with a rowid: a row of a table without one continues on a page of its own if it exceeds 1000 bytes.
 * The earlier summaries are derived from the runs and are computed again.
 */
export const summaryTablesSchema = `
drop table measurement_days;
drop table procedure_days;
create table procedure_days (
  key integer primary key,
  procedure_id text not null references procedures on delete cascade,
  starts_at integer not null,
  summary_json text not null,
  measurements blob not null,
  unique (procedure_id, starts_at)
) strict;
create table measurement_days (
  day_key integer not null references procedure_days on delete cascade,
  phase_name text not null,
  measurement_name text not null,
  summary blob not null,
  unique (day_key, phase_name, measurement_name)
) strict;
`;
