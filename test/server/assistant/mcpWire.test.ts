import assert from 'node:assert/strict';
import { existsSync, lstatSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import * as z from 'zod';
import { serverTools } from '../../../src/shared/assistant/serverTools.ts';
import { assistant } from '../../../src/shared/contract/assistantActivity.ts';
import { serverFile } from '../../../src/shared/contract/local.ts';
import { stations } from '../../../src/shared/contract/stations.ts';
import { skip } from '../../support/skip.ts';
import { adminKey, useServerProcess } from '../bench.ts';
import { type Reply, send } from '../requests.ts';

const accept = 'application/json, text/event-stream';

const rpcMessage = z.object({
  id: z.union([z.number(), z.string(), z.null()]).optional(),
  result: z.record(z.string(), z.unknown()).optional(),
  error: z.object({ code: z.number(), message: z.string() }).optional(),
});

/** Returns the messages of an answer, which is JSON or a stream of events. */
function messagesIn({ text, headers }: Reply): z.infer<typeof rpcMessage>[] {
  const isStream = headers.get('content-type')?.includes('event-stream') ?? false;
  const data = isStream ? [...text.matchAll(/^data: (.*)$/gm)].map(([, json = '']) => json) : [text];
  return data.map((json) => rpcMessage.parse(JSON.parse(json)));
}

const toolResult = z.object({
  isError: z.boolean().optional(),
  content: z.array(z.object({ type: z.literal('text'), text: z.string() })),
});

describe('the wire of /mcp', function () {
  this.timeout(60_000);
  const bench = useServerProcess();

  const post = (body: unknown, headers: Record<string, string> = {}, key: string | null = adminKey): Promise<Reply> =>
    send(bench.server.url, 'POST', '/mcp', { ...(key === null ? {} : { key }), body, headers: { accept, ...headers } });
  const call = (method: string, params: unknown = {}): Promise<Reply> =>
    post({ jsonrpc: '2.0', id: 1, method, params });
  const callTool = async (name: string, given: unknown): Promise<z.infer<typeof toolResult>> => {
    const [message] = messagesIn(await call('tools/call', { name, arguments: given }));
    return toolResult.parse(message?.result);
  };
  const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' };

  it('refuses a request without a key, with an unknown key and with the key of a station', async () => {
    for (const key of [null, 'tsu_unknown', '']) {
      const reply = await post(list, {}, key);
      assert.equal(reply.status, 401);
      // Anything more would make clients look for an authorization server.
      assert.equal(reply.headers.get('www-authenticate'), 'Bearer');
    }
    const { key } = await bench.station('Bench 1');
    const reply = await post(list, {}, key);
    assert.equal(reply.status, 403);
    assert.match(reply.text, /Assistants need a user key, and this is the key of station \\"Bench 1\\"\./);
  });

  it('refuses pages of other origins, also of this machine, and other hosts, with a key, too', async () => {
    const { url } = bench.server;
    const { hostname, port } = new URL(url);
    assert.equal((await post(list, { origin: url })).status, 200);
    for (const origin of [
      ...['http://localhost:3000', 'http://127.0.0.1', 'https://[::1]:8443', `https://127.0.0.1:${port}`],
      ...['https://example.com', 'null', 'http://localhost.example.com', 'http://127.0.0.1.example.com:80', 'file://'],
      ...['vscode-webview://1', 'http://localhost:3000/x', 'http://user@localhost', ''],
    ]) {
      assert.equal((await post(list, { origin })).status, 403, origin);
      assert.equal((await post(list, { origin }, null)).status, 401, origin);
    }
    // A browser sends no key to another origin before the server has allowed it.
    const preflight = { origin: 'http://localhost:3000', 'access-control-request-headers': 'authorization' };
    const allowed = await send(url, 'OPTIONS', '/mcp', { headers: preflight });
    assert.equal(allowed.status, 401);
    assert.ok(![...allowed.headers.keys()].some((name) => name.startsWith('access-control-')));
    const status = await new Promise((done, fail) => {
      const headers = {
        host: 'example.com',
        authorization: `Bearer ${adminKey}`,
        'content-type': 'application/json',
        accept,
      };
      const sent = request({ hostname, port, path: '/mcp', method: 'POST', headers }, (answer) => {
        answer.resume();
        done(answer.statusCode);
      });
      sent.once('error', fail);
      sent.end(JSON.stringify(list));
    });
    assert.equal(status, 403);
  });

  it('refuses bodies that are too large, nested too deep, or no request', async () => {
    const bodies: [body: string, status: number][] = [
      [JSON.stringify({ ...list, params: { x: 'x'.repeat(1024 * 1024) } }), 413],
      [`${'['.repeat(200)}${']'.repeat(200)}`, 400],
      ['{"jsonrpc"', 400],
      ['', 400],
      ['null', 400],
      ['1', 400],
      ['{}', 400],
      ['{"jsonrpc":"1.0","id":1,"method":"tools/list"}', 400],
    ];
    for (const [body, status] of bodies) assert.equal((await post(body)).status, status, body.slice(0, 60));
    assert.equal((await post(list, { 'content-type': 'text/plain' })).status, 415);
    for (const method of ['GET', 'DELETE', 'PUT']) {
      assert.equal((await send(bench.server.url, method, '/mcp', { key: adminKey, headers: { accept } })).status, 405);
    }
    assert.equal((await post(list)).status, 200);
  });

  it('answers without a handshake, also a batch, and says what is no method and no tool', async () => {
    const batch = await post([list, { ...list, id: 2 }, { jsonrpc: '2.0', method: 'notifications/initialized' }]);
    assert.deepEqual(
      messagesIn(batch)
        .map(({ id }) => id)
        .sort(),
      [1, 2],
    );
    const [noMethod] = messagesIn(await call('tools/remove'));
    assert.equal(noMethod?.error?.code, -32601);
    const [noTool] = messagesIn(await call('tools/call', { name: 'rm', arguments: {} }));
    assert.equal(noTool?.error?.code, -32602);
    assert.ok(serverTools.every(({ name }) => noTool.error?.message.includes(name)));
    const [noName] = messagesIn(await call('tools/call', {}));
    assert.equal(noName?.error?.code, -32602);
  });

  it('names the field and the remedy for input that is not valid', async () => {
    const wrong: [tool: string, given: unknown, sentence: RegExp][] = [
      ['list_stations', { query: 7 }, /query: .*string.*Correct the input, then call again\./],
      ['list_stations', { qury: 'x' }, /"qury".*The fields are query/],
      ['get_run', {}, /run_id: /],
    ];
    for (const [tool, given, sentence] of wrong) {
      const { isError, content } = await callTool(tool, given);
      assert.equal(isError, true);
      assert.match(content[0]?.text ?? '', sentence);
    }
  });

  it('records calls that are not well formed, and says what is wrong with them', async () => {
    const tools = /There is no such tool\. The tools are list_stations/;
    const noObject =
      /^The input is not valid\. The arguments must be a JSON object\. The fields are query.*then call again\.$/;
    const wrong: [params: unknown, sentence: RegExp, tool: string, recorded: string][] = [
      [{ name: 'list_stations', arguments: [1, 2] }, noObject, 'list_stations', '[1,2]'],
      [{ name: 'list_stations', arguments: 'query' }, noObject, 'list_stations', 'query'],
      [{ name: 'list_stations', arguments: 7 }, noObject, 'list_stations', '7'],
      [
        { name: 'list_stations', arguments: { not_an_object: 1 } },
        /Unrecognized key/,
        'list_stations',
        '{"not_an_object":1}',
      ],
      [{ name: 7, arguments: {} }, tools, 'tools/call', '{"name":"7","arguments":{}}'],
      [{ name: null, arguments: false }, tools, 'tools/call', '{"name":"null","arguments":false}'],
      [{ arguments: [] }, tools, 'tools/call', '{"name":"","arguments":[]}'],
      [[], tools, 'tools/call', '{"name":"","arguments":{}}'],
      ['list_stations', tools, 'tools/call', '{"name":"","arguments":{}}'],
    ];
    for (const [params, sentence, tool, recorded] of wrong) {
      const [message] = messagesIn(await call('tools/call', params));
      const text = message?.error?.message ?? toolResult.parse(message?.result).content[0]?.text ?? '';
      assert.match(text, sentence, recorded);
      const { data } = await bench.user.call(assistant.activity, { query: { limit: '1' } });
      assert.deepEqual([data[0]?.tool, data[0]?.arguments], [tool, recorded]);
      assert.ok(text.includes(data[0]?.result ?? '-'));
    }
    const [noAddress] = messagesIn(await call('resources/read', { uri: 7 }));
    assert.match(noAddress?.error?.message ?? '', /There is no such address/);
    const { data } = await bench.user.call(assistant.activity, { query: { limit: '1' } });
    assert.deepEqual([data[0]?.tool, data[0]?.arguments], ['resources/read', '{"uri":"7"}']);
    assert.notEqual((await callTool('list_stations', null)).isError, true);
  });

  it('lets an assistant change what its user may change, with the user as the creator', async () => {
    const { content, isError } = await callTool('create_station', { name: 'Made by an assistant' });
    assert.notEqual(isError, true, content[0]?.text);
    const { data } = await bench.user.call(stations.list, { query: { search_query: 'Made by an assistant' } });
    assert.equal(data.length, 1);
  });

  it('records each call, and never a key', async () => {
    const query = `tsu_${'x'.repeat(43)} ${adminKey}`;
    await callTool('list_stations', { query });
    await callTool('list_stations', { qury: 1 });
    const { data } = await bench.user.call(assistant.activity, { query: { limit: '2' } });
    assert.deepEqual(
      data.map(({ tool, consent }) => [tool, consent]),
      [
        ['list_stations', 'notNeeded'],
        ['list_stations', 'notNeeded'],
      ],
    );
    assert.match(data[0]?.result ?? '', /The fields are query/);
    const file = join(bench.folder, 'assistant-activity.jsonl');
    const recorded = readFileSync(file, 'utf8');
    for (const key of [adminKey, 'x'.repeat(43)])
      assert.ok(!recorded.includes(key) && !bench.server.stderr().includes(key));
    assert.match(
      bench.server.stderr(),
      /Assistant: list_stations refused for key [0-9a-f-]{36} in \d+ ms \(\d+ and \d+ characters\)\./,
    );
    if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it('replaces a link in the place of the record, and does not write through it', async function () {
    if (process.platform === 'win32') skip(this, 'only an administrator may make links on Windows');
    const file = join(bench.folder, 'assistant-activity.jsonl');
    const outside = join(bench.folder, '..', `outside-${process.pid}`);
    writeFileSync(outside, 'untouched');
    rmSync(file, { force: true });
    symlinkSync(outside, file);
    await callTool('list_stations', {});
    assert.equal(readFileSync(outside, 'utf8'), 'untouched');
    assert.ok(!lstatSync(file).isSymbolicLink());
    assert.equal((await bench.user.call(assistant.activity)).data.length, 1);
    rmSync(outside);
  });

  it('has a token for programs of this machine, which opens nothing else', async () => {
    const { assistant_token: token = '' } = serverFile.parse(
      JSON.parse(readFileSync(join(bench.folder, 'server.json'), 'utf8')),
    );
    assert.match(token, /^[\w-]{43}$/);
    assert.equal((await post(list, {}, token)).status, 200);
    for (const path of ['/api/v2/runs', '/api/local/stations', '/api/local/assistant/activity', '/api/v2/users']) {
      assert.equal((await send(bench.server.url, 'GET', path, { key: token })).status, 401, path);
    }
    assert.equal((await send(bench.server.url, 'POST', '/api/local/shutdown', { key: token })).status, 403);
    await bench.restart((server) => server.stop());
    assert.equal((await post(list, {}, token)).status, 401);
    assert.ok(!bench.server.stderr().includes(token) && existsSync(join(bench.folder, 'server.json')));
  });

  it('continues when a client disconnects during a call', async () => {
    const { hostname, port } = new URL(bench.server.url);
    const body = JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'list_stations', arguments: {} },
    });
    for (const sendAll of [true, false]) {
      for (let count = 0; count < 10; count += 1) {
        await new Promise<void>((done) => {
          const headers = {
            authorization: `Bearer ${adminKey}`,
            'content-type': 'application/json',
            accept,
            'content-length': body.length,
          };
          const sent = request({ hostname, port, path: '/mcp', method: 'POST', headers });
          sent.once('error', () => done());
          sent.once('close', () => done());
          sent.write(sendAll ? body : body.slice(0, 20), () => sent.destroy());
        });
      }
    }
    assert.notEqual((await callTool('list_stations', {})).isError, true);
    assert.doesNotMatch(bench.server.stderr(), /failed:/);
  });

  it('limits the calls of a key in a minute, and says when to continue', async () => {
    const params = { name: 'list_stations', arguments: {} };
    const batch = Array.from({ length: 100 }, (_, id) => ({ jsonrpc: '2.0', id, method: 'tools/call', params }));
    const results: z.infer<typeof toolResult>[] = [];
    for (let count = 0; count < 4; count += 1) {
      results.push(...messagesIn(await post(batch)).map(({ result }) => toolResult.parse(result)));
    }
    assert.equal(results.length, 400);
    const refused = results.filter(({ isError }) => isError);
    assert.ok(refused.length >= 100 && refused.length < 400, `${refused.length} refused`);
    assert.match(refused[0]?.content[0]?.text ?? '', /Too many calls .* Wait \d+ s, then call again\./);
    assert.equal((await post(list)).status, 200);
  });
});
