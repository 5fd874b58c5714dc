import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'mocha';
import { openStore } from '../../src/server/store/sqlite/open.ts';
import { temporaryFolder } from './support.ts';

const id = '11111111-1111-4111-8111-111111111111';

/** The tables and triggers that schema 6 had and later ones have not, with the names of that time. */
const schemaSix = `
${[
  'inserted_transition',
  'updated_transition',
  'deleted_transition',
  'inserted_pause',
  'updated_pause',
  'deleted_pause',
]
  .map((name) => `drop trigger history_version_raised_by_${name};`)
  .join('\n')}
alter table presence drop column rewrite_version;
alter table presence add column days_version integer not null default 0;
create table uptime_days (
  zone text not null,
  presence_key integer not null references presence on delete cascade,
  date text not null,
  up integer not null,
  primary key (presence_key, date, zone)
) strict, without rowid;
create trigger uptime_day_forgotten after delete on uptime_days begin
  update presence set days_version = days_version + 1 where key = old.presence_key;
end;
${['insert', 'update', 'delete']
  .flatMap((event) =>
    ['transition', 'pause'].map(
      (row) => `create trigger uptime_touched_by_${event}d_${row} after ${event} on ${row}s begin
        delete from uptime_days where true;
      end;`,
    ),
  )
  .join('\n')}
drop index units_by_last_procedure;
drop table study_runs;
drop table study_trials;
drop table studies;
drop trigger summary_outdated_by_inserted_run;
drop trigger summary_outdated_by_deleted_run;
drop trigger summary_outdated_by_updated_run;
drop trigger summary_outdated_by_sample;
drop table stale_quarters;
drop table computing_quarters;
drop table procedure_days;
drop table measurement_days;
drop table analytics_state;
drop table failed_measurements;
drop trigger stations_updated_by_sample;
drop trigger checks_updated_by_sample;
drop trigger other_stations_updated_by_run_insert;
drop trigger other_stations_updated_by_run_delete;
drop table golden_rules;
drop table station_calendars;
drop table audit_log;
drop table invitations;
drop table identities;
alter table stations drop column group_path;
alter table users drop column role;
alter table users drop column revoked_at;
insert into uptime_days values ('UTC', 1, '2026-03-01', 5);
pragma user_version = 6;`;

describe('a database with sums of past days (schema 6)', () => {
  it('is migrated to the schema of a new database, keeps its history, and raises the version of a station that changes', async () => {
    const path = join(temporaryFolder(), 'stations.db');
    const schema = (): unknown =>
      using((database) => database.prepare('select type, name, sql from sqlite_schema order by 1, 2').all());
    function using<T>(work: (database: DatabaseSync) => T): T {
      const database = new DatabaseSync(path);
      try {
        return work(database);
      } finally {
        database.close();
      }
    }
    await openStore(path).store.destroy();
    const fresh = schema();
    using((database) => {
      database.exec(`
        insert into stations (id, name, name_key, created_at) values ('${id}', 'Bench', 'bench', 0);
        insert into presence (key, station_id, history_version) values (1, '${id}', 4);
        insert into transitions values (1, 1000, 1, 'stream');
        ${schemaSix}`);
    });
    assert.notDeepEqual(schema(), fresh);
    const { store } = openStore(path);
    try {
      assert.deepEqual(schema(), fresh);
      const version = async () =>
        (await store.selectFrom('presence').select('history_version').executeTakeFirstOrThrow()).history_version;
      const count = await store.selectFrom('transitions').selectAll().execute();
      assert.equal(count.length, 1);
      let last = await version();
      const pause = { id, station_id: id, kind: 'paused' as const, starts_at: 5, ends_at: 6, note: '' };
      const changes: (() => Promise<unknown>)[] = [
        () =>
          store.insertInto('transitions').values({ presence_key: 1, at: 2000, is_up: 0, cause: 'stream' }).execute(),
        () => store.updateTable('transitions').set({ at: 3000 }).where('at', '=', 2000).execute(),
        () => store.deleteFrom('transitions').where('at', '=', 3000).execute(),
        () => store.insertInto('pauses').values(pause).execute(),
        () => store.updateTable('pauses').set({ ends_at: 7 }).execute(),
        () => store.deleteFrom('pauses').execute(),
      ];
      for (const change of changes) {
        await change();
        const next = await version();
        assert.equal(next, last + 1);
        last = next;
      }
    } finally {
      await store.destroy();
    }
  });
});
