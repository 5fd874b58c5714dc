import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'mocha';
import { local } from '../../src/shared/contract/local.ts';
import { operations } from '../../src/shared/contract/operations.ts';
import { adminKey, useServerProcess } from '../server/bench.ts';
import { findingsIn } from '../server/findingsIn.ts';
import { temporaryFolder } from '../server/support.ts';

const seed = process.env['SCHEMATHESIS_SEED'] ?? '1';
/** Cases for each operation, besides those that its schema suggests. */
const examples = process.env['SCHEMATHESIS_EXAMPLES'] ?? '12';

/** Event streams do not end, and a year of demo data makes every later answer slow. */
const excluded = operations.filter(
  (operation) => operation.answerType === 'text/event-stream' || operation === local.createDemoData,
);

const checks = [
  // No 500 either: an operation that may answer it says so.
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
  'negative_data_rejection',
];

/** Runs schemathesis on a server's own description. @returns its exit code and all that it printed */
async function schemathesis(url: string, key: string | null): Promise<{ code: number | null; output: string }> {
  const python = process.env['TEST_SCHEMATHESIS'];
  assert.ok(python, 'TEST_SCHEMATHESIS must name the Python interpreter that has schemathesis. "npm test" sets it.');
  const args = [
    ...['-m', 'schemathesis.cli', 'run', url + local.openApi.path],
    ...excluded.flatMap(({ id }) => ['--exclude-operation-id', id]),
    ...['--checks', checks.join(), '--continue-on-failure', '--request-timeout', '20', '--warnings', 'off'],
    ...['--seed', seed, '--max-examples', examples, '--generation-database', 'none', '--no-color'],
    ...(key === null ? [] : ['--header', `Authorization: Bearer ${key}`]),
  ];
  const child = spawn(python, args, {
    cwd: temporary,
    env: { ...process.env, NO_PROXY: '127.0.0.1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      // A part that is silent for long is ended.
      process.stdout.write('.');
    });
  }
  await once(child, 'close');
  return { code: child.exitCode, output };
}

const temporary = temporaryFolder();

describe(`the server under schemathesis (SCHEMATHESIS_SEED=${seed} SCHEMATHESIS_EXAMPLES=${examples})`, function () {
  this.timeout(0);
  const bench = useServerProcess();

  const keys: Record<string, () => Promise<string> | string | null> = {
    'no key': () => null,
    'a station key': async () => (await bench.station('Tried', await bench.procedure('Tried', 'TRIED'))).key,
    'a user key': () => adminKey,
  };
  for (const [name, key] of Object.entries(keys)) {
    it(`answers as it says, with ${name}`, async () => {
      const { code, output } = await schemathesis(bench.server.url, await key());
      assert.equal(code, 0, output);
      const cases = Number(/(\d+) generated/.exec(output)?.[1]);
      console.log(`      ${cases} cases`);
      assert.ok(cases > 500, output);
      assert.equal(bench.server.stderr(), '', 'what was not foreseen is logged');
      assert.deepEqual(await findingsIn(bench.folder), []);
      assert.equal((await bench.user.send(local.health)).status, 200);
    });
  }
});
