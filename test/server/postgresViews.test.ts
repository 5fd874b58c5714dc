import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { Client } from 'pg';
import * as z from 'zod';
import { local } from '../../src/shared/contract/local.ts';
import { procedures } from '../../src/shared/contract/procedures.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { hasPostgres, sharedPostgres, type TestPostgres } from '../support/postgres.ts';
import { skip } from '../support/skip.ts';
import { adminKey } from './bench.ts';
import { TestClient } from './requests.ts';
import { startServer, temporaryFolder, type TestServer } from './support.ts';

const page = readFileSync(resolve(import.meta.dirname, '../../docs/reference/bi-views.md'), 'utf8');
const blocks = [...page.matchAll(/```sql\n(.*?)```/gs)].map(([, text = '']) => text);

describe('the views for dashboards', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  let postgres: TestPostgres;
  let server: TestServer;
  let owner: Client;
  let reader: Client;
  let user: TestClient;

  before(async function () {
    if (!hasPostgres) skip(this, 'the program postgres of PostgreSQL is not in the PATH');
    postgres = await sharedPostgres();
    const url = await postgres.createDatabase('bi');
    server = await startServer(folder, { TEST_STATIONS_ADMIN_KEY: adminKey, TEST_STATIONS_DATABASE_URL: url });
    owner = new Client({ connectionString: url });
    await owner.connect();
    await owner.query(blocks[0] ?? '');
    reader = new Client({ connectionString: url.replace('test@', 'dashboards@') });
    await reader.connect();

    user = new TestClient(server.url, adminKey);
    const { id: procedure_id } = await user.call(procedures.create, {
      body: { name: 'Functional', identifier: 'FVT1' },
    });
    const { id } = await user.call(stations.create, { body: { name: 'Bench 1', procedure_id } });
    const { api_key } = await user.call(local.generateKey, { params: { id } });
    const now = Date.now();
    const measurements = [
      { name: 'Output voltage', outcome: 'PASS', measured_value: 3.3, units: 'V', lower_limit: 3, upper_limit: 4 },
      { name: 'Firmware', outcome: 'PASS', measured_value: '1.0' },
      { name: 'Nothing', outcome: 'UNSET' },
    ];
    await new TestClient(server.url, api_key).call(v1.createRun, {
      body: {
        unit_under_test: { serial_number: 'SN-1', part_number: 'PCBA01', revision: 'B', batch_number: 'L7' },
        run_passed: true,
        procedure_id: 'FVT1',
        started_at: new Date(now - 2_000).toISOString(),
        duration: 'PT1.5S',
        phases: [
          {
            name: 'Power on',
            outcome: 'PASS',
            start_time_millis: now - 2_000,
            end_time_millis: now - 1_000,
            measurements,
          },
        ],
      },
    });
  });
  after(async () => {
    if (!hasPostgres) return;
    await reader.end();
    await owner.end();
    await server.stop();
  });

  const read = async (query: string): Promise<unknown[]> =>
    z.array(z.unknown()).parse((await reader.query(query)).rows);

  it('have the columns that their page describes', async () => {
    const documented = page
      .split(/^## (?=bi\.)/m)
      .slice(1)
      .flatMap((section) => {
        const [view = ''] = section.split('\n');
        return [...section.matchAll(/^\| `(\w+)` /gm)].map(([, column]) => `${view}.${column}`);
      });
    const found = await read(`
      select 'bi.' || table_name || '.' || column_name as name from information_schema.columns where table_schema = 'bi'`);
    assert.deepEqual(
      documented.sort(),
      z
        .array(z.object({ name: z.string() }))
        .parse(found)
        .map(({ name }) => name)
        .sort(),
    );
  });

  it('show a run with the names of everything that it belongs to', async () => {
    assert.deepEqual(
      await read(`
        select outcome, duration_seconds::float as seconds, procedure, procedure_identifier, station, serial_number, sample,
          part_number, revision, batch, is_of_study, pg_typeof(started_at)::text as type from bi.runs`),
      [
        {
          outcome: 'PASS',
          seconds: 1.5,
          procedure: 'Functional',
          procedure_identifier: 'FVT1',
          station: 'Bench 1',
          serial_number: 'SN-1',
          sample: null,
          part_number: 'PCBA01',
          revision: 'B',
          batch: 'L7',
          is_of_study: false,
          type: 'timestamp with time zone',
        },
      ],
    );
    assert.deepEqual(await read('select phase, duration_seconds::float as seconds from bi.phases'), [
      { phase: 'Power on', seconds: 1 },
    ]);
    assert.deepEqual(await read('select serial_number, run_count::int as runs, batch from bi.units'), [
      { serial_number: 'SN-1', runs: 1, batch: 'L7' },
    ]);
    assert.deepEqual(await read('select name, connection from bi.stations'), [
      { name: 'Bench 1', connection: 'never' },
    ]);
    assert.deepEqual(await read('select name, identifier from bi.procedures'), [
      { name: 'Functional', identifier: 'FVT1' },
    ]);
  });

  it('show measurements as rows, with numbers as numbers', async () => {
    assert.deepEqual(
      await read(
        'select measurement, outcome, value, value_text, units, type from bi.measurements order by measurement',
      ),
      [
        { measurement: 'Firmware', outcome: 'PASS', value: null, value_text: '"1.0"', units: null, type: 'string' },
        { measurement: 'Nothing', outcome: 'UNSET', value: null, value_text: null, units: null, type: 'empty' },
        { measurement: 'Output voltage', outcome: 'PASS', value: 3.3, value_text: '3.3', units: 'V', type: 'numeric' },
      ],
    );
  });

  it('answer the examples of their page', async () => {
    for (const example of blocks.slice(1)) assert.equal((await read(example)).length, 1, example);
  });

  it('are all that the role for dashboards can read', async () => {
    for (const relation of ['api_keys', 'users', 'runs', 'measurement_rows', 'measurements']) {
      await assert.rejects(read(`select * from public.${relation}`), /permission denied/, relation);
    }
    await assert.rejects(read(`delete from bi.procedures`), /permission denied/);
  });

  it('no longer have the measurements of a run that was deleted', async () => {
    const { data } = await user.call(runs.list);
    await user.call(runs.delete, { query: { ids: data.map(({ id }) => id) } });
    assert.deepEqual(await read('select 1 from bi.measurements'), []);
    assert.deepEqual((await owner.query('select 1 from measurement_rows')).rows, []);
  });
});
