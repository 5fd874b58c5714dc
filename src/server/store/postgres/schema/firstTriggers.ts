import { quarterHourMillis } from '../../time.ts';

const maxStoredChanges = 10_000;
/** See `store/sqlite/schema/stationFiguresSchema.ts`. */
const dayMs = 30 * 3_600_000;

let count = 0;

function trigger(event: string, body: string, condition = ''): string {
  const name = `on_${event.replace(/\W+/g, '_').slice(0, 40)}_${++count}`;
  return `
create function ${name}() returns trigger language plpgsql as $$ begin
  ${body}
  return null;
end $$;
create trigger ${name} after ${event} for each row ${condition && `when (${condition})`} execute function ${name}();`;
}

interface Ids {
  station?: string;
  procedure?: string;
  run?: string;
}

const note = (kind: string, { station = 'null', procedure = 'null', run = 'null' }: Ids): string =>
  `perform note_change('${kind}', ${station}, ${procedure}, ${run});`;

const noteEach = (kind: string, { station = 'null', procedure = 'null', run = 'null' }: Ids, from: string): string =>
  `perform note_change('${kind}', found.station, found.procedure, found.run)
   from (select distinct ${station} as station, ${procedure} as procedure, ${run} as run ${from}) as found;`;

const runOf = (row: string): Ids => ({
  run: `${row}.id`,
  procedure: `${row}.procedure_id`,
  station: `${row}.created_by_station_id`,
});

const stale = (from: string): string =>
  `insert into stale_quarters (procedure_id, quarter) ${from} on conflict do nothing;`;
const quarter = (time: string): string => `${time} / ${quarterHourMillis}`;

const otherStations = (procedure: string, unit: string, startedAt: string, station: string): string =>
  noteEach(
    'station.updated',
    { station: 'created_by_station_id' },
    `from runs where unit_id = ${unit} and procedure_id = ${procedure}
      and started_at between ${startedAt} - ${dayMs} and ${startedAt} + ${dayMs}
      and created_by_station_id is not null and created_by_station_id is distinct from ${station}
      and not exists (select 1 from units where id = ${unit} and sample is not null)`,
  );

const checkedProcedure = (row: string): string =>
  noteEach(
    'procedure.updated',
    { procedure: `${row}.procedure_id` },
    `where exists (select 1 from units where id = ${row}.unit_id and sample in ('golden', 'failing'))
      and exists (select 1 from golden_rules where procedure_id = ${row}.procedure_id)
      and not exists (
        select 1 from runs where unit_id = ${row}.unit_id and procedure_id = ${row}.procedure_id and key != ${row}.key)`,
  );

const checkedWith = (unit: string): string =>
  noteEach(
    'procedure.updated',
    { procedure: 'procedure_id' },
    `from golden_rules as g where exists (select 1 from runs where unit_id = ${unit} and procedure_id = g.procedure_id)`,
  );

const runWhere = (where: string): string => noteEach('run.updated', runOf('runs'), `from runs where ${where}`);

const runOfStudy = (row: string): string => `
  ${stale(`select procedure_id, ${quarter('started_at')} from runs where key = ${row}.run_key`)}
  ${runWhere(`key = ${row}.run_key`)}
  ${otherStations(
    `(select procedure_id from runs where key = ${row}.run_key)`,
    `(select unit_id from runs where key = ${row}.run_key)`,
    `(select started_at from runs where key = ${row}.run_key)`,
    `(select created_by_station_id from runs where key = ${row}.run_key)`,
  )}`;

const raise = (where: string, rewrites = '1'): string =>
  `update presence set history_version = history_version + 1, rewrite_version = rewrite_version + ${rewrites} where ${where};`;

/** Records changes, counts and what is out of date, as the triggers of SQLite do. Change ids have no gaps: one transaction writes at a time. */
export const firstTriggers = `
create function note_change(kind text, station text, procedure text, run text) returns void language plpgsql as $$
declare next bigint;
begin
  select coalesce(max(c.id), 0) + 1 into next from changes as c;
  insert into changes values (next, floor(extract(epoch from clock_timestamp()) * 1000)::bigint, kind, station, procedure, run);
  if next % 100 = 0 then delete from changes as c where c.id <= next - ${maxStoredChanges}; end if;
end $$;

create function insert_measurements() returns trigger language plpgsql as $$ begin
  insert into measurement_rows
  select p.key, m.place - 1, p.run_key, m.value ->> 0, m.value ->> 1, m.value ->> 2, m.value ->> 3, m.value ->> 4,
    (m.value -> 5)::text, (m.value -> 6)::text, (m.value -> 7)::text,
    case when json_typeof(m.value -> 7) = 'number' then json_number(m.value ->> 7) end
  from inserted as p cross join lateral json_array_elements(p.measurements_json::json) with ordinality as m (value, place);
  return null;
end $$;
create trigger insert_measurements after insert on phases referencing new table as inserted
  for each statement execute function insert_measurements();
${[
  trigger('insert on stations', note('station.created', { station: 'new.id' })),
  trigger('update on stations', note('station.updated', { station: 'new.id' }), 'new.archived_at is null'),
  trigger('update on stations', note('station.deleted', { station: 'new.id' }), 'new.archived_at is not null'),
  trigger('delete on stations', note('station.deleted', { station: 'old.id' }), 'old.archived_at is null'),
  trigger('insert on procedures', note('procedure.created', { procedure: 'new.id' })),
  trigger('update on procedures', note('procedure.updated', { procedure: 'new.id' })),
  trigger('delete on procedures', note('procedure.deleted', { procedure: 'old.id' })),
  trigger(
    'insert on station_procedures',
    note('link.created', { station: 'new.station_id', procedure: 'new.procedure_id' }),
  ),
  trigger(
    'delete on station_procedures',
    note('link.deleted', { station: 'old.station_id', procedure: 'old.procedure_id' }),
  ),
  trigger('insert on api_keys', note('key.created', { station: 'new.station_id' })),
  trigger('delete on api_keys', note('key.deleted', { station: 'old.station_id' })),
  trigger(
    'update on runs',
    note('run.updated', runOf('new')),
    'new.revision_id is not distinct from old.revision_id and new.batch_id is not distinct from old.batch_id',
  ),
  trigger(
    'update of run_id on uploads',
    runWhere('id = new.run_id'),
    'new.run_id is not null and new.run_id is distinct from old.run_id and new.is_report = 0',
  ),
  trigger('delete on uploads', runWhere('id = old.run_id')),
  trigger('insert on run_metadata', runWhere('key = new.run_key')),
  trigger('update on run_metadata', runWhere('key = new.run_key')),
  trigger('delete on run_metadata', runWhere('key = old.run_key')),
  trigger('update of state, operator_address on presence', note('presence.updated', { station: 'new.station_id' })),
  trigger('insert on presence', note('presence.updated', { station: 'new.station_id' })),
  trigger(
    'insert on pauses',
    note('presence.updated', { station: 'new.station_id' }) + raise('station_id = new.station_id'),
  ),
  trigger(
    'update on pauses',
    note('presence.updated', { station: 'new.station_id' }) + raise('station_id in (old.station_id, new.station_id)'),
  ),
  trigger(
    'delete on pauses',
    note('presence.updated', { station: 'old.station_id' }) + raise('station_id = old.station_id'),
  ),
  trigger(
    'insert on transitions',
    raise(
      'key = new.presence_key',
      '(new.at < (select max(at) from transitions where presence_key = new.presence_key))::int',
    ),
  ),
  trigger('update on transitions', raise('key in (old.presence_key, new.presence_key)')),
  trigger('delete on transitions', raise('key = old.presence_key')),
  ...['insert', 'update', 'delete'].flatMap((event) => {
    const row = event === 'delete' ? 'old' : 'new';
    return [
      trigger(
        `${event} on station_calendars`,
        noteEach('station.updated', { station: 'id' }, `from stations where id = ${row}.station_id`),
      ),
      trigger(
        `${event} on golden_rules`,
        noteEach('procedure.updated', { procedure: 'id' }, `from procedures where id = ${row}.procedure_id`),
      ),
    ];
  }),
  trigger('insert on units', 'update batches set unit_count = unit_count + 1 where id = new.batch_id;'),
  trigger('delete on units', 'update batches set unit_count = unit_count - 1 where id = old.batch_id;'),
  trigger(
    'update of batch_id on units',
    `update batches set unit_count = unit_count - 1 where id = old.batch_id;
     update batches set unit_count = unit_count + 1 where id = new.batch_id;`,
    'new.batch_id is distinct from old.batch_id',
  ),
  trigger(
    'update of revision_id, batch_id on units',
    'update runs set revision_id = new.revision_id, batch_id = new.batch_id where unit_id = new.id;',
    'new.revision_id is distinct from old.revision_id or new.batch_id is distinct from old.batch_id',
  ),
  trigger(
    'insert on runs',
    `update units set
       run_count = run_count + 1,
       last_run_id = case when last_run_at > new.started_at then last_run_id else new.id end,
       last_procedure_id = case when last_run_at > new.started_at then last_procedure_id else new.procedure_id end,
       last_run_at = case when last_run_at > new.started_at then last_run_at else new.started_at end
     where id = new.unit_id;
     ${stale(`values (new.procedure_id, ${quarter('new.started_at')})`)}
     ${note('run.created', runOf('new'))}
     ${otherStations('new.procedure_id', 'new.unit_id', 'new.started_at', 'new.created_by_station_id')}
     ${checkedProcedure('new')}`,
  ),
  trigger(
    'delete on runs',
    `update units set run_count = run_count - 1, created_during_id = nullif(created_during_id, old.id)
     where id = old.unit_id;
     update units set (last_run_id, last_run_at, last_procedure_id) = (
       select id, started_at, procedure_id from runs where unit_id = old.unit_id order by started_at desc, key desc limit 1
     ) where id = old.unit_id and last_run_id = old.id;
     ${stale(`select id, ${quarter('old.started_at')} from procedures where id = old.procedure_id`)}
     ${note('run.deleted', runOf('old'))}
     ${otherStations('old.procedure_id', 'old.unit_id', 'old.started_at', 'old.created_by_station_id')}
     ${checkedProcedure('old')}`,
  ),
  trigger(
    'update of procedure_id, version_id, unit_id, revision_id, batch_id, outcome, started_at, ended_at, created_by_station_id on runs',
    stale(`values (old.procedure_id, ${quarter('old.started_at')}), (new.procedure_id, ${quarter('new.started_at')})`),
  ),
  trigger(
    'update of sample on units',
    `${stale(`select distinct procedure_id, ${quarter('started_at')} from runs where unit_id = new.id`)}
     ${noteEach(
       'station.updated',
       { station: 'created_by_station_id' },
       'from runs where unit_id = new.id and created_by_station_id is not null',
     )}
     ${checkedWith('new.id')}`,
    'new.sample is distinct from old.sample',
  ),
  trigger(
    'update of serial_number, last_run_at on units',
    checkedWith('new.id'),
    `new.sample in ('golden', 'failing')
       and (new.serial_number is distinct from old.serial_number or new.last_run_at is distinct from old.last_run_at)`,
  ),
  trigger('insert on study_runs', runOfStudy('new')),
  trigger('delete on study_runs', runOfStudy('old')),
  trigger(
    'update of run_key on study_trials',
    runWhere('key = old.run_key'),
    'new.run_key is null and old.run_key is not null',
  ),
  trigger('delete on audit_log', `raise exception 'The audit log is never shortened.';`),
].join('')}
`;
