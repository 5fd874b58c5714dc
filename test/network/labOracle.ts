import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import * as z from 'zod';
import { activeLock } from '../../src/server/store/postgres/lease.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { phaseCount, type StationResult } from './pushingStation.ts';

const database = 'stations';

/** Notes in a table of its own which process made each change: their connections have a name for each process. */
const notes = `
create schema oracle;
create table oracle.notes (id bigint primary key, at bigint, kind text, run_id text, process text);
create function oracle.note() returns trigger language plpgsql as $$ begin
  insert into oracle.notes values (new.id, new.at, new.kind, new.run_id, current_setting('application_name'));
  return null;
end $$;
create trigger oracle_note after insert on changes for each row execute function oracle.note();`;

const ofLock = `l.locktype = 'advisory' and l.granted and l.classid::bigint << 32 | l.objid::bigint = ${activeLock}`;

const note = z.object({ id: z.number(), at: z.number(), process: z.string() });
const storedRun = z.object({
  id: z.string(),
  serial: z.string(),
  phases: z.number(),
  measurements: z.number(),
  created: z.number(),
  attachments: z.number(),
});

/** Looks at the database beside the servers, by a way of its own that no fault cuts. */
export class LabOracle {
  readonly #postgres: TestPostgres;
  #lastSeen = 0;

  constructor(postgres: TestPostgres) {
    this.#postgres = postgres;
  }

  /** Begins to note changes. There must be none meanwhile. */
  async start(): Promise<void> {
    this.#lastSeen = await this.#ask(async (client) => {
      await client.query(notes);
      return Number((await client.query<{ last: string }>('select max(id) as last from changes')).rows[0]?.last ?? 0);
    });
  }

  /** Returns the name of the process that has the lock of the active server; null if none has it. */
  async holder(): Promise<string | null> {
    const found = await this.#ask((client) =>
      client.query<{ process: string }>(`
        select a.application_name as process from pg_locks as l join pg_stat_activity as a on a.pid = l.pid
        where ${ofLock}`),
    );
    return found.rows[0]?.process ?? null;
  }

  /** Ends the connection that has the lock of the active server. */
  async endHolder(): Promise<void> {
    await this.#ask((client) => client.query(`select pg_terminate_backend(l.pid) from pg_locks as l where ${ofLock}`));
  }

  /** Returns the ids of the processes of PostgreSQL that serve the station servers. */
  async processes(): Promise<number[]> {
    const found = await this.#ask((client) =>
      client.query<{ pid: number }>("select pid from pg_stat_activity where application_name ~ '^[ab]-'"),
    );
    return found.rows.map(({ pid }) => pid);
  }

  /** Follows the changes as a stream does. @throws AssertionError if one appears after a later one, or never */
  async follow(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const seen = await this.#ask((client) =>
        client.query<{ id: string }>('select id from oracle.notes where id > $1 order by id', [this.#lastSeen]),
      ).catch(() => null);
      for (const { id } of seen?.rows ?? []) {
        assert.equal(Number(id), this.#lastSeen + 1);
        this.#lastSeen += 1;
      }
      await delay(100);
    }
  }

  /** Compares what is stored with what the stations know. Returns how many changes and processes there were. */
  async compare(results: readonly StationResult[]): Promise<{ changes: number; processes: number }> {
    const { runs, changes } = await this.#ask(async (client) => ({
      runs: z.array(storedRun).parse((await client.query(storedRuns)).rows),
      changes: z
        .array(note)
        .parse((await client.query('select id::float8, at::float8, process from oracle.notes order by id')).rows),
    }));
    const stored = Map.groupBy(runs, ({ serial }) => serial);
    for (const { serial, kind, run } of results) {
      assert.ok(run, `${serial} was never acknowledged.`);
      const rest = { phases: phaseCount, measurements: phaseCount, created: 1 };
      const expected = { id: run, serial, ...rest, attachments: kind === 'openhtf' ? 1 : 0 };
      assert.deepEqual(stored.get(serial), [expected], serial);
      stored.delete(serial);
    }
    assert.deepEqual([...stored.keys()], []);

    const ended = new Set<string>();
    for (const [n, { id, at, process }] of changes.entries()) {
      const last = changes[n - 1] ?? { id: id - 1, at, process };
      assert.equal(id, last.id + 1);
      assert.ok(at >= last.at, `Change ${id} is of an earlier time than the one before it.`);
      if (last.process !== process) ended.add(last.process);
      assert.ok(!ended.has(process), `${process} wrote change ${id} after another process had become the active one.`);
    }
    return { changes: changes.length, processes: ended.size + 1 };
  }

  async #ask<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const client = this.#postgres.client(database);
    client.on('error', () => undefined); // the query fails too
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }
}

const storedRuns = `
  select r.id, u.serial_number as serial,
    (select count(*)::int from phases where run_key = r.key) as phases,
    (select count(*)::int from measurement_rows where run_key = r.key) as measurements,
    (select count(*)::int from oracle.notes where run_id = r.id and kind = 'run.created') as created,
    (select count(*)::int from uploads where run_id = r.id and stored_at is not null and is_report = 0) as attachments
  from runs as r join units as u on u.id = r.unit_id`;
