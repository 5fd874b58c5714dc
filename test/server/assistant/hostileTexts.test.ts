import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'mocha';
import * as z from 'zod';
import { parseActivity } from '../../../src/shared/assistant/activityLine.ts';
import { local, serverFile } from '../../../src/shared/contract/local.ts';
import { runs } from '../../../src/shared/contract/runs.ts';
import { stations } from '../../../src/shared/contract/stations.ts';
import { adminKey, useServerProcess } from '../bench.ts';
import { type Reply, send } from '../requests.ts';
import { runAt } from '../runs.ts';
import { newUserKey } from '../support.ts';

const maxAnswerBytes = 8_192;
const signature = 'signature-of-an-attachment-address';

/** A whole secret as the name of a metadata entry, for which some are too long. */
const metadataKey = (text: string): string => (/^[\w.:+-]{1,60}$/.test(text) ? text : 'other');

const toolAnswer = z.object({ result: z.object({ isError: z.boolean().optional(), content: z.array(z.unknown()) }) });

describe('hostile texts and an assistant', function () {
  this.timeout(60_000);
  const bench = useServerProcess();
  /** Each secret as scripts and people could write it: with more around it, with hidden characters in it, over a cut. */
  const written: string[] = [];
  let secrets: string[] = [];
  const runIds: string[] = [];
  /** Several, because each may make 300 calls in a minute. */
  let callers: string[] = [];
  let sent = 0;

  const post = (method: string, params: unknown, headers: Record<string, string> = {}): Promise<Reply> =>
    send(bench.server.url, 'POST', '/mcp', {
      key: callers[(sent += 1) % callers.length] ?? adminKey,
      body: { jsonrpc: '2.0', id: 1, method, params },
      headers: { accept: 'application/json, text/event-stream', ...headers },
    });
  const callTool = (name: string, given: unknown): Promise<Reply> => post('tools/call', { name, arguments: given });
  const recordFile = (): string => readFileSync(join(bench.folder, 'assistant-activity.jsonl'), 'utf8');

  function assertClean(text: string): void {
    for (const secret of secrets) {
      assert.ok(!text.includes(secret), `${secret} in ${text}`);
      assert.ok(!text.includes(secret.slice(0, -8)), `the beginning of ${secret} in ${text}`);
    }
    assert.doesNotMatch(text, /Too many calls/);
    assert.doesNotMatch(text, /\p{Default_Ignorable_Code_Point}/u);
  }

  before(async () => {
    const procedure = await bench.procedure('Functional test');
    const station = await bench.station('Bench 1', procedure);
    const { stop_token = '', assistant_token = '' } = serverFile.parse(
      JSON.parse(readFileSync(join(bench.folder, 'server.json'), 'utf8')),
    );
    const signingSecret = readFileSync(join(bench.folder, 'signing.secret'), 'utf8').trim();
    const userKey = await newUserKey(bench.folder);
    secrets = [adminKey, userKey, station.key, stop_token, assistant_token, signingSecret, signature];
    callers = [adminKey, userKey, assistant_token];
    assert.ok(secrets.every(({ length }) => length >= 32));
    for (const secret of secrets) {
      const text = secret === signature ? `${bench.server.url}/api/downloads/x?expires=1&signature=${secret}` : secret;
      const hidden = `${text.slice(0, 9)}\u200b${text.slice(9, 20)}\u{e0041}${text.slice(20)}`;
      written.push(
        text,
        hidden,
        `xx${text}/yy`,
        'z'.repeat(310 - text.length) + text,
        'z'.repeat(130 - text.length) + text,
      );
    }
    const at = (seconds: number): string => new Date(Date.now() - 60_000 + seconds * 1000).toISOString();
    for (const [index, text] of written.entries()) {
      const { id } = await station.client.call(runs.create, {
        body: {
          ...runAt(procedure, `SN-${index}`, 'FAIL', Date.now() - 60_000),
          docstring: text,
          phases: [
            {
              name: text,
              outcome: 'FAIL',
              started_at: at(0),
              ended_at: at(1),
              measurements: [{ name: 'text', outcome: 'FAIL', measured_value: text, docstring: text }],
            },
          ],
          logs: [{ level: 'ERROR', timestamp: at(0), message: text, source_file: text, line_number: 1 }],
        },
      });
      await station.client.call(runs.updateMetadata, {
        params: { id },
        body: { metadata: { note: text, [metadataKey(text)]: 1 } },
      });
      runIds.push(id);
    }
    for (const name of ['\u200b', '\u2060\u00ad']) await bench.user.call(stations.create, { body: { name } });
    const named = await bench.user.call(stations.create, { body: { name: userKey } });
    await bench.user.call(local.linkProcedure, { params: { id: named.id, procedure_id: procedure } });
  });

  it('no answer contains a secret or an invisible character that was pushed', async () => {
    for (const id of runIds) {
      for (const reply of [
        await callTool('get_run', { run_id: id }),
        await callTool('get_run_logs', { run_id: id }),
        await post('resources/read', { uri: `teststations://runs/${id}/report` }),
      ]) {
        assert.equal(reply.status, 200);
        assert.doesNotMatch(reply.text, /"isError"|"error"/);
        assertClean(reply.text);
      }
    }
    for (const [name, given] of [
      ['find_runs', {}],
      ['list_stations', {}],
      ['top_failures', { procedure: 'Functional test' }],
      ['compare_runs', { run_id: runIds[0], other_run_id: runIds[1] }],
    ] as const) {
      const { text } = await callTool(name, given);
      assert.doesNotMatch(text, /"isError"/);
      assertClean(text);
    }
    assertClean(recordFile());
  });

  it('no answer and no record contains a secret that is sent as an argument', async () => {
    const ref = { type: 'ref/resource', uri: 'teststations://units/{serial}' };
    for (const text of written) {
      for (const reply of [
        await callTool(text, {}),
        await callTool('find_runs', { [text]: 1 }),
        await callTool('find_runs', { station: text }),
        await callTool('get_unit_history', { serial_number: text }),
        await post('resources/read', { uri: `teststations://units/${encodeURIComponent(text)}` }),
        await post('resources/read', { uri: text }),
        await post('completion/complete', { ref, argument: { name: 'serial', value: text } }),
        await post('prompts/get', { name: text }),
        await post(text, {}),
      ]) {
        assertClean(reply.text);
      }
    }
    assertClean(recordFile());
    assertClean(bench.server.stderr());
  });

  it('a secret in a header of the protocol is refused without repeating it', async () => {
    for (const secret of secrets.filter((each) => each !== signature)) {
      const reply = await post('tools/list', {}, { 'MCP-Protocol-Version': secret });
      assert.equal(reply.status, 400);
      assertClean(reply.text);
    }
  });

  it('an answer is short, however long the arguments are', async () => {
    const fields = Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`field${index}`, 1]));
    for (const given of [fields, { ['k\n'.repeat(200_000)]: 1 }, { station: '\u0001'.repeat(100_000) }]) {
      const { status, text } = await callTool('find_runs', given);
      assert.equal(status, 200);
      assert.ok(toolAnswer.parse(JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? '')).result.isError);
      assert.ok(Buffer.byteLength(text) < maxAnswerBytes, `${text.length}`);
    }
    for (const uri of [`teststations://units/${'%41'.repeat(200_000)}`, `teststations://runs/${'x'.repeat(500_000)}`]) {
      const { text } = await post('resources/read', { uri });
      assert.match(text, /"error"/);
      assert.ok(Buffer.byteLength(text) < maxAnswerBytes, `${text.length}`);
    }
    const ref = { type: 'ref/resource', uri: 'teststations://units/{serial}' };
    await post('completion/complete', { ref, argument: { name: 'serial', value: '%'.repeat(100_000) } });
    assert.doesNotMatch(bench.server.stderr(), / failed:/);
  });

  it('calls of tools and addresses that do not exist are recorded', async () => {
    await callTool('start_hardware', { station: 'Bench 1' });
    await post('resources/read', { uri: 'teststations://keys/all' });
    const [read, called] = parseActivity(recordFile());
    assert.deepEqual([called?.tool, read?.tool], ['tools/call', 'resources/read']);
    assert.equal(called?.arguments, '{"name":"start_hardware","arguments":{"station":"Bench 1"}}');
    assert.equal(read?.arguments, '{"uri":"teststations://keys/all"}');
    assert.match(called.result, /^There is no such tool/);
    assert.match(read.result, /^There is no such address/);
  });
});
