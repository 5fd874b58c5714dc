import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'mocha';
import { overview } from '../../src/shared/contract/overview.ts';
import { runnerEnvironment } from '../../src/shared/contract/runner.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { eventually } from '../e2e/support/until.ts';
import { type TestStation, useServer } from '../server/bench.ts';
import { freePort } from '../support/freePort.ts';
import { Host } from './support/host.ts';
import { script } from './support/script.ts';

const root = path.join(import.meta.dirname, '../..');
const [python = ''] = (process.env['TEST_PYTHONS'] ?? '').split(path.delimiter);

/** The blocks of a page that it says are whole scripts. */
const scriptsOf = (page: string): string[] =>
  [...readFileSync(path.join(root, page), 'utf8').matchAll(/^```python whole\n(.*?)^```$/gms)].map(
    ([, text = '']) => text,
  );

describe('The whole scripts in the documentation', function () {
  this.timeout(60_000);
  const bench = useServer();
  let station: TestStation;
  let procedure: string;

  before(async () => {
    procedure = await bench.procedure('Functional verification', 'FVT1');
    station = await bench.station('Bench 1', procedure);
  });

  const environment = (): Record<string, string> => ({
    TOFUPILOT_URL: bench.server.url,
    TOFUPILOT_API_KEY: station.key,
  });

  const heartbeats = 'docs/how-to/monitor-uptime.md';
  const pages = ['README.md', ...globSync('docs/**/*.md', { cwd: root }).sort()];
  for (const page of pages.filter((each) => each !== heartbeats)) {
    for (const [index, text] of scriptsOf(page).entries()) {
      it(`script ${index + 1} of ${page} passes, is pushed once and prints no deprecation warning`, async () => {
        const file = await script(text.replace('"4444"', `"${await freePort()}"`));
        const uploadFolder = path.join(path.dirname(file), 'outbox');
        mkdirSync(uploadFolder);
        const before = await station.client.call(runs.list);
        const host = await Host.run(python, file, {
          env: { ...environment(), [runnerEnvironment.outbox]: uploadFolder, [runnerEnvironment.place]: 'null' },
          procedure: (own) => (own === 'FVT1' ? own : procedure),
          prompt: () => 'LB-7',
        });
        assert.equal(await host.ended, 0, host.diagnostics());
        const { outcome, phases_run: phases } = host.one('run_complete');
        assert.deepEqual([outcome, phases > 0], ['PASS', true], host.diagnostics());
        const after = await station.client.call(runs.list);
        const pushed = after.data.length - before.data.length;
        // What its script does not push is left to the editor.
        const byEditor = readdirSync(uploadFolder).length;
        assert.deepEqual([pushed, byEditor], text.includes('tofupilot') ? [1, 0] : [0, 1], host.diagnostics());
        assert.doesNotMatch(host.stdout.toString() + host.stderr, /deprecat/i);
      });
    }
  }

  it(`the script of ${heartbeats} reports that the station is connected`, async () => {
    const [text = assert.fail()] = scriptsOf(heartbeats);
    const child = spawn(python, [await script(text)], { env: { ...process.env, ...environment() }, stdio: 'inherit' });
    try {
      await eventually(async () => {
        const { state } = await bench.user.call(overview.get, { params: { id: station.id } });
        assert.equal(state, 'connected');
      });
    } finally {
      child.kill();
      await once(child, 'close');
    }
  });
});
