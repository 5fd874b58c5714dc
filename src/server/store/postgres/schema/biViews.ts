/**
 * Views for programs that draw dashboards, in a schema of their own. They are documented for users and change only by adding:
 * tables may change with each version. A role that may read this schema needs no right on a table.
 */
const time = (column: string): string => `to_timestamp(${column} / 1000.0)`;

export const biViews = `
create schema bi;

create view bi.stations as select
  s.id, s.name,
  case when p.state is null then 'never' else p.state end as connection,
  ${time('p.since')} as connection_since,
  ${time('s.created_at')} as created_at,
  ${time('s.archived_at')} as removed_at
from stations as s left join presence as p on p.station_id = s.id;

create view bi.procedures as select id, name, identifier, ${time('created_at')} as created_at from procedures;

create view bi.units as select
  u.id, u.serial_number,
  part.number as part_number, part.name as part_name, rev.number as revision, b.number as batch,
  u.sample, parent.serial_number as parent_serial_number,
  u.run_count, ${time('u.last_run_at')} as last_run_at, ${time('u.created_at')} as created_at
from units as u
join revisions as rev on rev.id = u.revision_id
join parts as part on part.id = rev.part_id
left join batches as b on b.id = u.batch_id
left join units as parent on parent.id = u.parent_id;

create view bi.runs as select
  r.id, r.outcome,
  ${time('r.started_at')} as started_at, ${time('r.ended_at')} as ended_at, r.duration / 1000.0 as duration_seconds,
  proc.id as procedure_id, proc.name as procedure, proc.identifier as procedure_identifier, v.tag as procedure_version,
  s.id as station_id, s.name as station, coalesce(operator.email, r.operated_by) as operator,
  u.serial_number, u.sample,
  part.number as part_number, part.name as part_name, rev.number as revision, b.number as batch,
  exists (select 1 from study_runs where run_key = r.key) as is_of_study,
  ${time('r.created_at')} as created_at
from runs as r
join procedures as proc on proc.id = r.procedure_id
join units as u on u.id = r.unit_id
join revisions as rev on rev.id = r.revision_id
join parts as part on part.id = rev.part_id
left join procedure_versions as v on v.id = r.version_id
left join stations as s on s.id = r.created_by_station_id
left join users as operator on operator.id = r.operator_id
left join batches as b on b.id = r.batch_id;

create view bi.phases as select
  r.id as run_id, p.name as phase, p.outcome, p.retry_count,
  ${time('p.started_at')} as started_at, ${time('p.ended_at')} as ended_at,
  (p.ended_at - p.started_at) / 1000.0 as duration_seconds
from phases as p join runs as r on r.key = p.run_key;

create view bi.measurements as select
  r.id as run_id, ${time('r.started_at')} as run_started_at, r.outcome as run_outcome,
  proc.name as procedure, s.name as station, p.name as phase,
  m.name as measurement, m.outcome, m.number as value, m.value_json as value_text, m.units, m.type
from measurement_rows as m
join runs as r on r.key = m.run_key
join phases as p on p.key = m.phase_key
join procedures as proc on proc.id = r.procedure_id
left join stations as s on s.id = r.created_by_station_id;
`;
