/** Schema 13: the summaries of measurements are deflated JSON, which takes a fifth of the storage. They are computed again. */
export const packedSummariesSchema = `
drop table measurement_days;
create table measurement_days (
  procedure_id text not null references procedures on delete cascade,
  phase_name text not null,
  measurement_name text not null,
  starts_at integer not null,
  summary blob not null,
  digests blob not null,
  primary key (procedure_id, phase_name, measurement_name, starts_at)
) strict, without rowid;
create index measurement_days_by_day on measurement_days (procedure_id, starts_at);
`;
