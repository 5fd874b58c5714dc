/**
 * Measurements are stored with their phase, as one list of lists: a row for each took nearly half of the time of
 * storing a run. A view returns them as rows. Each list has name, outcome, type, units, docstring, validators
 * (`storedValidators.ts`), aggregations, and the value if one was measured. Curves are stored separately, so that
 * reading measurements does not read their points.
 */
export const measurementsSchema = `
alter table phases add column measurements_json text;

create table curves (
  phase_key integer not null references phases on delete cascade,
  position integer not null,
  series_json text not null,
  primary key (phase_key, position)
) strict, without rowid;

insert into curves select phase_key, position, series_json from measurements where series_json is not null;
update phases set measurements_json = (
  select json_group_array(json(
    iif(value_json is null,
      json_array(name, outcome, type, units, docstring, json(coalesce(validators_json, '[]')),
        json(coalesce(aggregations_json, '[]'))),
      json_array(name, outcome, type, units, docstring, json(coalesce(validators_json, '[]')),
        json(coalesce(aggregations_json, '[]')), json(value_json)))
  ) order by position)
  from measurements where phase_key = phases.key
)
where exists (select 1 from measurements where phase_key = phases.key);
drop table measurements;

create view measurements as select
  p.run_key as run_key,
  p.key as phase_key,
  m.key as position,
  m.value ->> 0 as name,
  m.value ->> 1 as outcome,
  m.value ->> 2 as type,
  m.value ->> 3 as units,
  m.value ->> 4 as docstring,
  m.value -> 5 as validators_json,
  m.value -> 6 as aggregations_json,
  m.value -> 7 as value_json,
  (select series_json from curves where phase_key = p.key and position = m.key) as series_json
from phases as p cross join json_each(p.measurements_json) as m;
`;
