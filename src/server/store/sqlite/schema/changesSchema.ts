interface Ids {
  station?: string;
  procedure?: string;
  run?: string;
}

const maxStoredChanges = 10_000;

function changeTrigger(
  kind: string,
  when: string,
  { station = 'null', procedure = 'null', run = 'null' }: Ids,
  condition = '',
) {
  const name = `${kind.replace('.', '_')}_on_${when.replace(/\W+/g, '_')}`;
  return `
create trigger ${name} after ${when} ${condition && `when ${condition}`} begin
  insert into changes (at, kind, station_id, procedure_id, run_id)
  values (cast(unixepoch('subsec') * 1000 as integer), '${kind}', ${station}, ${procedure}, ${run});
end;`;
}

const station = (row: string): Ids => ({ station: `${row}.id` });
const procedure = (row: string): Ids => ({ procedure: `${row}.id` });
const link = (row: string): Ids => ({ station: `${row}.station_id`, procedure: `${row}.procedure_id` });
const key = (row: string): Ids => ({ station: `${row}.station_id` });
const run = (row: string): Ids => ({
  run: `${row}.id`,
  procedure: `${row}.procedure_id`,
  station: `${row}.created_by_station_id`,
});
const runWhere = (which: string): Ids => ({
  run: `(select id from runs where ${which})`,
  procedure: `(select procedure_id from runs where ${which})`,
  station: `(select created_by_station_id from runs where ${which})`,
});
const exists = (which: string): string => `exists (select 1 from runs where ${which})`;

/**
 * Records changes in order for the event stream. Triggers do this, so that no statement can forget a change, and a
 * change is recorded exactly if it is committed. Ids only grow, because the newest rows are never deleted.
 */
export const changesSchema = `
create table changes (
  id integer primary key,
  at integer not null,
  kind text not null,
  station_id text,
  procedure_id text,
  run_id text
) strict;
create trigger changes_kept after insert on changes when new.id % 100 = 0 begin
  delete from changes where id <= new.id - ${maxStoredChanges};
end;
${[
  changeTrigger('station.created', 'insert on stations', station('new')),
  changeTrigger('station.updated', 'update on stations', station('new'), 'new.archived_at is null'),
  changeTrigger('station.deleted', 'update on stations', station('new'), 'new.archived_at is not null'),
  changeTrigger('station.deleted', 'delete on stations', station('old'), 'old.archived_at is null'),
  changeTrigger('procedure.created', 'insert on procedures', procedure('new')),
  changeTrigger('procedure.updated', 'update on procedures', procedure('new')),
  changeTrigger('procedure.deleted', 'delete on procedures', procedure('old')),
  changeTrigger('link.created', 'insert on station_procedures', link('new')),
  changeTrigger('link.deleted', 'delete on station_procedures', link('old')),
  changeTrigger('key.created', 'insert on api_keys', key('new')),
  changeTrigger('key.deleted', 'delete on api_keys', key('old')),
  changeTrigger('run.created', 'insert on runs', run('new')),
  // A run also changes with its unit. An event for each run of the unit would be too many.
  changeTrigger(
    'run.updated',
    'update on runs',
    run('new'),
    'new.revision_id is old.revision_id and new.batch_id is old.batch_id',
  ),
  changeTrigger('run.deleted', 'delete on runs', run('old')),
  changeTrigger(
    'run.updated',
    'update of run_id on uploads',
    runWhere('id = new.run_id'),
    'new.run_id is not null and new.run_id is not old.run_id and new.is_report = 0',
  ),
  changeTrigger('run.updated', 'delete on uploads', runWhere('id = old.run_id'), exists('id = old.run_id')),
  changeTrigger('run.updated', 'insert on run_metadata', runWhere('key = new.run_key')),
  changeTrigger('run.updated', 'update on run_metadata', runWhere('key = new.run_key')),
  changeTrigger('run.updated', 'delete on run_metadata', runWhere('key = old.run_key'), exists('key = old.run_key')),
].join('')}
`;
