import { quarterHourMillis } from '../../time.ts';

/** See `store/sqlite/schema/stationFiguresSchema.ts`. */
const dayMs = 30 * 3_600_000;

/**
 * For runs that are inserted with one statement. Its triggers see all of them, so the trigger of a run looks at those before it
 * only, as if they were inserted one after the other. Pushes also insert the rows of measurements themselves, because PostgreSQL
 * takes five times as long to read them from the lists; the trigger that does so remains for `server.js move`.
 */
export const pushedTogether = `
alter table phases disable trigger insert_measurements;

create or replace function on_insert_on_runs_36() returns trigger language plpgsql as $$ begin
  update units set
    run_count = run_count + 1,
    last_run_id = case when last_run_at > new.started_at then last_run_id else new.id end,
    last_procedure_id = case when last_run_at > new.started_at then last_procedure_id else new.procedure_id end,
    last_run_at = case when last_run_at > new.started_at then last_run_at else new.started_at end
  where id = new.unit_id;
  insert into stale_quarters (procedure_id, quarter)
    values (new.procedure_id, new.started_at / ${quarterHourMillis}) on conflict do nothing;
  perform note_change('run.created', new.created_by_station_id, new.procedure_id, new.id);
  perform note_change('station.updated', found.station, null, null)
  from (
    select distinct created_by_station_id as station from runs
    where unit_id = new.unit_id and procedure_id = new.procedure_id and key < new.key
      and started_at between new.started_at - ${dayMs} and new.started_at + ${dayMs}
      and created_by_station_id is not null and created_by_station_id is distinct from new.created_by_station_id
      and not exists (select from units where id = new.unit_id and sample is not null)
  ) as found;
  perform note_change('procedure.updated', null, new.procedure_id, null)
  where exists (select from units where id = new.unit_id and sample in ('golden', 'failing'))
    and exists (select from golden_rules where procedure_id = new.procedure_id)
    and not exists (
      select from runs where unit_id = new.unit_id and procedure_id = new.procedure_id and key < new.key
    );
  return null;
end $$;
`;
