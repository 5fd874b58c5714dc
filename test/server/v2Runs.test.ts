import assert from 'node:assert/strict';
import { delimiter, resolve } from 'node:path';
import { before, describe, it } from 'mocha';
import { adminKey, useServer } from './bench.ts';
import { pythons, runScript } from './pythons.ts';

const script = resolve(import.meta.dirname, 'python/v2_runs.py');

describe('the official v2 client: runs, attachments and imports', function () {
  this.timeout(120_000);
  const bench = useServer();
  const keys = new Map<string, string>([['user', adminKey]]);
  let linked: string;
  let foreign: string;

  before(async () => {
    linked = await bench.procedure('Linked');
    foreign = await bench.procedure('Foreign');
    keys.set('station', (await bench.station('Bench', linked)).key);
  });

  it('has the versions that TEST_PYTHONS names', () => assert.ok(pythons().length > 0));

  for (const python of process.env.TEST_PYTHONS?.split(delimiter) ?? []) {
    for (const kind of ['user', 'station']) {
      it(`is served with a ${kind} key, of ${python}`, async () => {
        const key = keys.get(kind) ?? '';
        const args = [kind, bench.server.url, linked, foreign];
        const { code, output } = await runScript(python, script, { url: bench.server.url, key, args });
        assert.equal(code, 0, output);
        assert.match(output, /done/);
      });
    }
  }
});
