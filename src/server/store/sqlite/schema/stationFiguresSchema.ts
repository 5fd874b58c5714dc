const now = "cast(unixepoch('subsec') * 1000 as integer)";
/** A day has up to 25 hours, and some zones have changed by more. */
const dayMs = 30 * 3_600_000;

/** The attempts of a unit on a day count on the station of the first one, so that a run elsewhere can change its yield. */
const otherStations = (procedure: string, unit: string, startedAt: string, station: string): string => `
  insert into changes (at, kind, station_id)
  select distinct ${now}, 'station.updated', created_by_station_id from runs
  where unit_id = ${unit} and +procedure_id = ${procedure}
    and started_at between ${startedAt} - ${dayMs} and ${startedAt} + ${dayMs}
    and created_by_station_id is not null and created_by_station_id is not ${station}
    and not exists (select 1 from units where id = ${unit} and sample is not null);`;

const onRun = (event: 'insert' | 'delete', row: 'new' | 'old'): string => `
create trigger other_stations_updated_by_run_${event} after ${event} on runs begin
${otherStations(`${row}.procedure_id`, `${row}.unit_id`, `${row}.started_at`, `${row}.created_by_station_id`)}
  insert into changes (at, kind, procedure_id)
  select ${now}, 'procedure.updated', ${row}.procedure_id
  where exists (select 1 from units where id = ${row}.unit_id and sample in ('golden', 'failing'))
    and exists (select 1 from golden_rules where procedure_id = ${row}.procedure_id)
    and not exists (
      select 1 from runs where unit_id = ${row}.unit_id and +procedure_id = ${row}.procedure_id and key != ${row}.key
    );
end;`;

const onRunOfStudy = (event: 'insert' | 'delete', row: 'new' | 'old'): string => {
  const of = (column: string): string => `(select ${column} from runs where key = ${row}.run_key)`;
  return `
create trigger other_stations_updated_by_run_of_study_${event} after ${event} on study_runs begin
${otherStations(of('procedure_id'), of('unit_id'), of('started_at'), of('created_by_station_id'))}
end;`;
};

const checkedWith = (unit: string): string => `
  insert into changes (at, kind, procedure_id)
  select distinct ${now}, 'procedure.updated', procedure_id from golden_rules as g
  where exists (select 1 from runs where unit_id = ${unit} and +procedure_id = g.procedure_id);`;

/** A plus sign keeps SQLite from reading all runs of the procedure: a unit has few runs. */
const triggersOnRuns = [
  onRun('insert', 'new'),
  onRun('delete', 'old'),
  onRunOfStudy('insert', 'new'),
  onRunOfStudy('delete', 'old'),
].join('');

/**
 * Completes the changes, so that each one that can alter what the overview of a station says is recorded: as one of that
 * station or as one of a procedure. That is the rule by which windows and the server know that what they have is current.
 */
export const stationFiguresSchema = `
drop trigger stations_updated_by_sample;
create trigger stations_updated_by_sample after update of sample on units when new.sample is not old.sample begin
  insert into changes (at, kind, station_id)
  select distinct ${now}, 'station.updated', created_by_station_id from runs
  where unit_id = new.id and created_by_station_id is not null;
${checkedWith('new.id')}
end;
create trigger checks_updated_by_sample after update of serial_number, last_run_at on units
when new.sample in ('golden', 'failing')
  and (new.serial_number is not old.serial_number or new.last_run_at is not old.last_run_at)
begin
${checkedWith('new.id')}
end;
${triggersOnRuns}
`;

/** Schema 21: the triggers read the runs of the unit. Those of schema 14 read all runs of the procedure within 60 hours. */
export const runsOfUnitSchema = `
drop trigger other_stations_updated_by_run_insert;
drop trigger other_stations_updated_by_run_delete;
drop trigger other_stations_updated_by_run_of_study_insert;
drop trigger other_stations_updated_by_run_of_study_delete;
${triggersOnRuns}
`;
