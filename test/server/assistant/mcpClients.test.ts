import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@modelcontextprotocol/client';
import { describe, it } from 'mocha';
import { isAlive } from '../../../src/extension/vscode/processes.ts';
import { instructions } from '../../../src/shared/assistant/instructions.ts';
import { runApp } from '../../../src/shared/assistant/runApp.ts';
import { serverResources } from '../../../src/shared/assistant/serverResources.ts';
import { serverTools } from '../../../src/shared/assistant/serverTools.ts';
import { assistant } from '../../../src/shared/contract/assistantActivity.ts';
import { local, serverExit, serverFile } from '../../../src/shared/contract/local.ts';
import { runs } from '../../../src/shared/contract/runs.ts';
import { adminKey, useServerProcess } from '../bench.ts';
import { TestClient } from '../requests.ts';
import { runAt } from '../runs.ts';
import { runServerProgram } from '../support.ts';
import { connectOverHttp, connectOverStdio, eras } from './assistantClients.ts';

const namesOf = (all: readonly { name: string }[]): string[] => all.map(({ name }) => name);

describe('the official MCP client', function () {
  this.timeout(60_000);
  const bench = useServerProcess();

  const transports = {
    'over HTTP': (era) => connectOverHttp(bench.server.url, adminKey, era),
    'over stdio with a data folder': (era) => connectOverStdio(['--data', bench.folder], era),
    'over stdio with the address of a server': (era) =>
      connectOverStdio(['--server', bench.server.url], era, { TEST_STATIONS_KEY: adminKey }),
  } satisfies Record<string, (era: (typeof eras)[number]) => Promise<Client>>;

  for (const [transport, connect] of Object.entries(transports)) {
    for (const era of eras) {
      it(`lists and calls tools, and reads and completes addresses ${transport} (${era})`, async () => {
        const client = await connect(era);
        try {
          assert.equal(client.getServerVersion()?.name, 'test-stations');
          assert.equal(client.getInstructions(), instructions);
          const { tools } = await client.listTools();
          assert.deepEqual(namesOf(tools), namesOf(serverTools));
          assert.ok(tools.every(({ annotations }) => annotations?.openWorldHint === false));

          const { id } = await bench.station(`${transport} ${era}`);
          // The client checks the answer against the schema of the tool.
          const called = await client.callTool({ name: 'list_stations', arguments: { query: `${transport} ${era}` } });
          assert.equal(called.isError ?? false, false);
          const [content] = called.content;
          assert.ok(content?.type === 'text' && content.text.includes(id));
          assert.equal(content.text.slice(content.text.indexOf('\n') + 1), JSON.stringify(called.structuredContent));
          const { data } = await bench.user.call(assistant.activity, { query: { limit: '1' } });
          assert.equal(data[0]?.tool, 'list_stations');

          const { resourceTemplates } = await client.listResourceTemplates();
          assert.deepEqual(namesOf(resourceTemplates), namesOf(serverResources));
          const procedure = await bench.procedure(`${transport} ${era}`);
          const run = await bench.user.call(runs.create, { body: runAt(procedure, 'SN-1', 'PASS', Date.now()) });
          const { contents } = await client.readResource({ uri: `teststations://runs/${run.id}/report` });
          assert.match(JSON.stringify(contents), new RegExp(`# Run ${run.id}.*Outcome: PASS`));
          const { completion } = await client.complete({
            ref: { type: 'ref/resource', uri: 'teststations://runs/{id}/report' },
            argument: { name: 'id', value: run.id.slice(0, 8) },
          });
          assert.deepEqual(completion.values, [run.id]);
          // A server that runs from its sources has the page of a run only after a build.
          const { resources } = await client.listResources();
          assert.ok(resources.every(({ uri }) => uri === runApp.uri));
          assert.ok(Array.isArray((await client.listPrompts()).prompts));
        } finally {
          await client.close();
        }
      });

      it(`gets sentences for what cannot be done ${transport} (${era})`, async () => {
        const client = await connect(era);
        try {
          const refused = await client.callTool({ name: 'list_stations', arguments: { name: 'Bench 1' } });
          assert.equal(refused.isError, true);
          assert.equal(refused.structuredContent, undefined);
          assert.match(
            JSON.stringify(refused.content),
            /Unrecognized key: .*The fields are query, .*Correct the input/,
          );
          await assert.rejects(
            client.callTool({ name: 'delete_run', arguments: {} }),
            /There is no such tool\. The tools are/,
          );
          await assert.rejects(
            client.readResource({ uri: 'teststations://runs/1/report' }),
            /The address has no run id\. Use find_runs/,
          );
          const unknown = 'teststations://runs/11111111-1111-4111-8111-111111111111/report';
          await assert.rejects(client.readResource({ uri: unknown }), /not found: it was deleted/);
          await assert.rejects(client.readResource({ uri: 'file:///etc/passwd' }), /There is no such address/);
        } finally {
          await client.close();
        }
      });
    }
  }

  it('works with several clients at once, each with its own answers', async () => {
    const clients = await Promise.all([
      transports['over HTTP']('legacy'),
      transports['over HTTP']('auto'),
      transports['over stdio with a data folder']('auto'),
    ]);
    const { id: one } = await bench.station('Only one');
    const { id: two } = await bench.station('Only two');
    await Promise.all(
      clients.flatMap((client) =>
        [...Array(5).keys()].flatMap(() =>
          Object.entries({ 'Only one': one, 'Only two': two }).map(async ([query, id]) => {
            const { structuredContent } = await client.callTool({ name: 'list_stations', arguments: { query } });
            const found = JSON.stringify(structuredContent).match(/"id":"[^"]+"/g) ?? [];
            assert.deepEqual(found, [`"id":"${id}"`]);
          }),
        ),
      ),
    );
    await Promise.all(clients.map((client) => client.close()));
  });

  it('continues over stdio after the server was restarted, and starts a server that has ended', async () => {
    const client = await connectOverStdio(['--data', bench.folder], 'auto');
    const call = () => client.callTool({ name: 'list_stations', arguments: {} });
    assert.equal((await call()).isError ?? false, false);
    await bench.restart((server) => server.stop());
    assert.equal((await call()).isError ?? false, false);
    await bench.restart(async (server) => {
      await server.kill();
      assert.equal((await call()).isError ?? false, false);
      const started = serverFile.parse(JSON.parse(readFileSync(join(bench.folder, 'server.json'), 'utf8')));
      await new TestClient(started.url, started.stop_token).call(local.shutdown);
      while (isAlive(started.pid)) await delay(20);
    });
    await client.close();
  });

  it('does not start over stdio without a place, without data or without a key, and says why', async () => {
    const attempts: [args: string[], key: string | undefined, sentence: RegExp][] = [
      [[], undefined, /^mcp needs either --data DIR or --server URL\./],
      [
        ['--data', bench.folder, '--server', bench.server.url],
        adminKey,
        /^mcp needs either --data DIR or --server URL\./,
      ],
      [['--data', join(bench.folder, 'missing')], undefined, /^There is no data of a station server in /],
      [['--server', bench.server.url], undefined, /^TEST_STATIONS_KEY is missing: /],
      [['--server', `${bench.server.url}/path`], adminKey, /^--server must be the address of a station server/],
      [['--server', bench.server.url], 'no key', /^TEST_STATIONS_KEY is no key\./],
    ];
    for (const [args, key, sentence] of attempts) {
      const ended = await runServerProgram(['mcp', ...args], key === undefined ? {} : { TEST_STATIONS_KEY: key });
      assert.equal(ended.code, serverExit.usage);
      assert.match(ended.stderr, sentence);
      assert.equal(ended.stdout, '');
    }
  });
});
