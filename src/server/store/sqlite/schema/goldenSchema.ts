const ruleTrigger = (event: string, row: 'new' | 'old'): string => `
create trigger procedure_updated_by_golden_rule_${event} after ${event} on golden_rules
when exists (select 1 from procedures where id = ${row}.procedure_id) begin
  insert into changes (at, kind, procedure_id)
  values (cast(unixepoch('subsec') * 1000 as integer), 'procedure.updated', ${row}.procedure_id);
end;`;

/**
 * Schema 11: the rules of golden unit checks. Their states are computed from the runs of the units whose sample is golden or
 * failing, and so a station changes when the sample of a unit changes that it has tested.
 */
export const goldenSchema = `
create table golden_rules (
  procedure_id text not null references procedures on delete cascade,
  station_id text references stations on delete cascade,
  hours real not null,
  failing_sample integer not null check (failing_sample in (0, 1)),
  without text not null check (without in ('warn', 'refuse'))
) strict;
create unique index golden_rules_by_place on golden_rules (procedure_id, coalesce(station_id, ''));
${[ruleTrigger('insert', 'new'), ruleTrigger('update', 'new'), ruleTrigger('delete', 'old')].join('')}
create trigger stations_updated_by_sample after update of sample on units when new.sample is not old.sample begin
  insert into changes (at, kind, station_id)
  select distinct cast(unixepoch('subsec') * 1000 as integer), 'station.updated', created_by_station_id from runs
  where unit_id = new.id and created_by_station_id is not null
    and procedure_id in (select procedure_id from golden_rules);
end;
`;
