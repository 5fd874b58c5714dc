import assert from 'node:assert/strict';
import { delimiter, resolve } from 'node:path';
import { before, describe, it } from 'mocha';
import { adminKey, type TestStation, useServer } from './bench.ts';
import { pythons, runScript } from './pythons.ts';

const script = resolve(import.meta.dirname, 'python/v2_resources.py');

describe('the official v2 client: stations, procedures, parts, batches, units and users', function () {
  this.timeout(120_000);
  const bench = useServer();
  let procedure: string;
  let station: TestStation;

  before(async () => {
    procedure = await bench.procedure('Procedure of the scripts');
    station = await bench.station('Station of the scripts', procedure);
  });

  it('has the versions that TEST_PYTHONS names', () => assert.ok(pythons().length > 0));

  for (const python of process.env.TEST_PYTHONS?.split(delimiter) ?? []) {
    for (const kind of ['user', 'station'] as const) {
      it(`is served with a ${kind} key, of ${python}`, async () => {
        const { url } = bench.server;
        const key = kind === 'user' ? adminKey : station.key;
        const args = [kind, url, procedure, station.id, adminKey];
        const { code, output } = await runScript(python, script, { url, key, args });
        assert.equal(code, 0, output);
        assert.match(output, /done/);
      });
    }
  }
});
