import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { errorAnswer } from '../../src/shared/contract/common.ts';
import { local } from '../../src/shared/contract/local.ts';
import { operator, stateEvent, waitingEvent } from '../../src/shared/contract/operator.ts';
import { adminKey, type TestStation, useServerProcess } from './bench.ts';
import { asked, EditorAtWork, event } from './editorAtWork.ts';
import { type Reply, send, type TestClient } from './requests.ts';
import { openSse } from './sse.ts';
import { pathOf, watch } from './watcher.ts';

const messageOf = (reply: Reply): string => errorAnswer.parse(reply.json()).message;

describe('the Operator UI', function () {
  this.timeout(60_000);
  const bench = useServerProcess();
  let station: TestStation;
  const params = () => ({ id: station.id });
  const answer = (client: TestClient, prompt_id: string, text = 'yes') =>
    client.send(operator.answer, { params: params(), body: { prompt_id, text } });
  let number = 0;
  const fresh = async (): Promise<EditorAtWork> => {
    station = await bench.station(`Operated ${++number}`);
    return new EditorAtWork(station.client, station.id);
  };

  it('shows no test before a source has reported one', async () => {
    await fresh();
    const state = await station.client.call(operator.state, { params: params() });
    assert.deepEqual(
      [state.source, state.test, state.actions, state.offer],
      ['none', null, { answer: 'no-test', stop: 'no-test', start: 'no-window' }, null],
    );
    assert.equal(state.station_name, `Operated ${number}`);
  });

  it('shows the running test of an editor, also after a gap in its reports', async () => {
    const editor = await fresh();
    const watcher = await watch(bench.server.url, station.id, adminKey);
    const requests = await editor.requests(bench.server.url, station.key);
    await editor.begin();
    await editor.tell(event({ event: 'phase_started', key: '0', name: 'measure', attempt: 0, serial_number: 'SN-1' }));
    const state = await watcher.until(({ test }) => test?.phases[0]?.state === 'RUNNING');
    assert.deepEqual(
      [state.source, state.connected, state.test?.serial_number, state.test?.status, state.actions],
      ['editor', true, 'SN-1', 'running', { answer: 'no-prompt', stop: null, start: 'running' }],
    );
    const lost = await editor.report({ patch: editor.anyPatch(), number: 9 });
    assert.equal(lost.status, 409);
    assert.match(messageOf(lost), /Send the whole test/);
    await editor.tell(event({ event: 'phase_log', level: 'INFO', message: 'hello', place: null }));
    await watcher.until(({ test }) => test?.logs.at(-1)?.message === 'hello');
    assert.deepEqual(watcher.state.test, editor.test);
    await requests.close();
    const gone = await watcher.until(({ connected }) => !connected);
    assert.equal(gone.actions.stop, 'gone');
    await watcher.close();
  });

  it('accepts the first of two simultaneous answers and tells the other client who was first', async () => {
    const editor = await fresh();
    const requests = await editor.requests(bench.server.url, station.key);
    await editor.begin();
    await editor.tell(asked('p1'));
    const waiting = await openSse(bench.server.url, operator.waiting.path, adminKey, waitingEvent);
    const open = await waiting.until(({ data }) => data.some(({ station_id }) => station_id === station.id));
    assert.deepEqual(
      open.data.find(({ prompt_id }) => prompt_id === 'p1'),
      {
        station_id: station.id,
        prompt_id: 'p1',
        message: 'Ready?',
        source: 'editor',
      },
    );
    const replies = await Promise.all([
      answer(bench.user, 'p1', 'from the user'),
      answer(station.client, 'p1', 'other'),
    ]);
    assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 409]);
    const refused = replies.find(({ status }) => status === 409);
    assert.match(
      refused ? messageOf(refused) : '',
      /answered already, by .+ at \d\d:\d\d:\d\d UTC\. That answer counts/,
    );
    const given = await requests.until(({ event: kind }) => kind === 'answer');
    const text = replies[0].status === 200 ? 'from the user' : 'other';
    assert.deepEqual(given.data, { execution_id: 'x', prompt_id: 'p1', text });
    await waiting.until(({ data }) => data.every(({ station_id }) => station_id !== station.id));
    const state = await station.client.call(operator.state, { params: params() });
    assert.equal(state.answered?.prompt_id, 'p1');
    await editor.tell(event({ event: 'ui_resolved', request_id: 'p1' }));
    assert.equal((await answer(bench.user, 'p1')).status, 409, 'a late one is told the same');
    await waiting.close();
    await requests.close();
  });

  it('sends an answer again until the test has accepted it, also to a window that reconnects', async () => {
    const editor = await fresh();
    let requests = await editor.requests(bench.server.url, station.key);
    await editor.begin();
    await editor.tell(asked('p1'));
    assert.equal((await answer(bench.user, 'p1', 'yes')).status, 200);
    const isAnswer = (request: { event: string }): boolean => request.event === 'answer';
    await requests.until(isAnswer);
    await requests.until(isAnswer);
    await requests.close();
    requests = await editor.requests(bench.server.url, station.key);
    await requests.until(isAnswer);
    await requests.close();
  });

  it('refuses answers that are too long, to prompts that are not open, and to disconnected scripts', async () => {
    const editor = await fresh();
    const requests = await editor.requests(bench.server.url, station.key);
    assert.equal((await answer(bench.user, 'p0')).status, 404);
    await editor.begin();
    await editor.tell(asked('p1'));
    await editor.tell(event({ event: 'ui_resolved', request_id: 'p1' }), asked('p2'));
    const stale = await answer(bench.user, 'p1');
    assert.equal(stale.status, 404);
    assert.match(messageOf(stale), /not open/);
    const large = await answer(bench.user, 'p2', 'x'.repeat(1_000_000));
    assert.equal(large.status, 400);
    assert.match(large.text, /at most 10000 characters/);
    const other = await bench.station(`Other than ${number}`);
    assert.equal((await answer(other.client, 'p2')).status, 403);
    await requests.close();
    const watcher = await watch(bench.server.url, station.id, adminKey);
    await watcher.until(({ connected }) => !connected);
    const gone = await answer(bench.user, 'p2');
    assert.equal(gone.status, 409);
    assert.match(messageOf(gone), /cannot be reached/);
    await watcher.close();
  });

  it('shortens a prompt of a million characters and leaves out an image that is too large', async () => {
    const editor = await fresh();
    await editor.begin();
    await editor.tell(
      event({
        event: 'ui_request',
        request_id: 'long',
        message: '<script>'.repeat(125_000),
        text_input: false,
        image_url: `data:image/png;base64,${'A'.repeat(1_000_001)}`,
      }),
    );
    const { test } = await station.client.call(operator.state, { params: params() });
    assert.equal(test?.prompt?.message.length, 10_001);
    assert.ok(test.prompt.message.startsWith('<script><script>'));
    assert.equal(test.prompt.image_url, null);
  });

  it('stops a test once, and only the named execution', async () => {
    const editor = await fresh();
    const requests = await editor.requests(bench.server.url, station.key);
    await editor.begin();
    const stop = (execution_id: string) => bench.user.send(operator.stop, { params: params(), body: { execution_id } });
    assert.match(messageOf(await stop('another')), /has ended/);
    assert.equal((await stop('x')).status, 200);
    assert.deepEqual(await requests.until(({ event: kind }) => kind === 'stop'), {
      event: 'stop',
      data: { execution_id: 'x' },
    });
    assert.match(messageOf(await stop('x')), /stopping already/);
    await requests.close();
  });

  it('starts a script in a window that offers one, but not while a test runs', async () => {
    const editor = await fresh();
    const start = (serial_number: string) =>
      bench.user.send(operator.start, { params: params(), body: { serial_number, loop: true } });
    assert.match(messageOf(await start('SN-1')), /No VS Code window/);
    const requests = await editor.requests(bench.server.url, station.key);
    await editor.report({ offer: { script: 'board.py', next_serial_number: 'SN-1' } });
    const empty = await start('   ');
    assert.equal(empty.status, 400);
    assert.match(empty.text, /needs a serial number/);
    assert.equal((await start(' SN-1 ')).status, 200);
    assert.deepEqual(await requests.until(({ event: kind }) => kind === 'start'), {
      event: 'start',
      data: { serial_number: 'SN-1', loop: true },
    });
    await bench.user.call(operator.loop, { params: params(), body: { loop: false } });
    await requests.until(({ event: kind }) => kind === 'loop');
    await editor.begin();
    assert.match(messageOf(await start('SN-2')), /A test runs/);
    await requests.close();
  });

  it('starts, asks and stops in each slot, and shows all slots to those who ask for them', async () => {
    const first = await fresh();
    const second = new EditorAtWork(station.client, station.id, { slot: 2, execution: 'y', id: first.id });
    const requests = await Promise.all([first, second].map((each) => each.requests(bench.server.url, station.key)));
    const offer = { script: 'main.py', slots: 2 };
    for (const each of [first, second]) await each.report({ offer });
    const start = { serial_number: 'SN-2', loop: false, slot: 2 };
    await station.client.call(operator.start, { params: params(), body: start });
    const asks = await requests[1]?.until((each) => each.event === 'start');
    assert.deepEqual(asks?.data, { serial_number: 'SN-2', loop: false });
    await first.begin();
    await second.begin();
    await second.tell(asked('of the second', 'Ready?', 'y'));

    const old = await watch(bench.server.url, station.id, adminKey);
    const path = `${pathOf(operator.states, params())}?slots=all`;
    const all = await openSse(bench.server.url, path, adminKey, stateEvent);
    const shown = [await all.next(), await all.next()].map((each) =>
      each?.event === 'state' ? [each.data.slot, each.data.state.test?.execution_id] : each,
    );
    assert.deepEqual(shown, [
      [1, 'x'],
      [2, 'y'],
    ]);
    assert.equal((await answer(station.client, 'of the second')).status, 200);
    const answered = await requests[1]?.until((each) => each.event === 'answer');
    assert.equal(answered?.event === 'answer' && answered.data.prompt_id, 'of the second');
    await station.client.call(operator.stop, { params: params(), body: { execution_id: 'y' } });
    const stop = await requests[1]?.until((each) => each.event === 'stop');
    assert.deepEqual(stop?.data, { execution_id: 'y' });
    await first.tell(event({ event: 'phase_log', level: 'INFO', message: 'hello', place: null }));
    await old.until(({ test }) => test?.logs.at(-1)?.message === 'hello');
    assert.equal(old.state.test?.execution_id, 'x');
    await Promise.all([...requests, old, all].map((each) => each.close()));
  });

  it('creates a link that can only watch and that ends when the station gets another key', async () => {
    await fresh();
    const { url } = await station.client.call(operator.link, { params: params() });
    const link = new URL(url);
    assert.equal(link.pathname, '/operator/');
    const [id, token = ''] = link.hash.slice(1).split('/');
    assert.equal(id, station.id);
    const watcher = await watch(bench.server.url, station.id, token);
    assert.equal(watcher.state.station_id, station.id);
    const other = await bench.station(`Not shared ${number}`);
    for (const [path, method] of [
      [pathOf(operator.states, { id: other.id }), 'GET'],
      [pathOf(operator.state, params()), 'GET'],
      [pathOf(operator.answer, params()), 'POST'],
      [pathOf(operator.start, params()), 'POST'],
      ['/api/local/stations', 'GET'],
    ] as const) {
      const reply = await send(bench.server.url, method, path, {
        key: token,
        ...(method === 'POST' ? { body: {} } : {}),
      });
      assert.equal(reply.status, 401, `${method} ${path}`);
    }
    await bench.user.call(local.generateKey, { params: params() });
    await watcher.ended();
    const again = await send(bench.server.url, 'GET', pathOf(operator.states, params()), { key: token });
    assert.equal(again.status, 401);
    assert.match(messageOf(again), /link is not valid any more/);
  });

  it('creates no link for a station without a key, and ends links when the key is deleted', async () => {
    await fresh();
    const { url } = await station.client.call(operator.link, { params: params() });
    const token = url.split('/').at(-1) ?? '';
    const watcher = await watch(bench.server.url, station.id, token);
    await bench.user.call(local.deleteKey, { params: params() });
    await watcher.ended();
    const refused = await bench.user.send(operator.link, { params: params() });
    assert.equal(refused.status, 409);
    assert.match(messageOf(refused), /has no key, .* Generate a key for the station/);
    await bench.user.call(local.generateKey, { params: params() });
    const again = await send(bench.server.url, 'GET', pathOf(operator.states, params()), { key: token });
    assert.equal(again.status, 401);
    await bench.user.call(local.deleteKey, { params: params() });
    const still = await send(bench.server.url, 'GET', pathOf(operator.states, params()), { key: token });
    assert.equal(still.status, 401);
  });

  it('shows the running test and accepts an answer after the server was killed', async () => {
    const editor = await fresh();
    const { url } = await station.client.call(operator.link, { params: params() });
    await editor.begin();
    await editor.tell(asked('p1'));
    await bench.restart((server) => server.kill());
    const client = (await bench.station('Unrelated')).client;
    assert.ok(client);
    const back = new EditorAtWork(bench.user, station.id);
    const requests = await back.requests(bench.server.url, adminKey);
    const refused = await back.report({ patch: editor.anyPatch(), number: 3 });
    assert.equal(refused.status, 409, 'the new server wants the whole test');
    assert.equal((await back.report({ test: editor.test, number: 4, busy: true })).status, 200);
    const watcher = await watch(bench.server.url, station.id, url.split('/').at(-1) ?? '');
    assert.equal(watcher.state.test?.prompt?.id, 'p1');
    assert.equal((await answer(bench.user, 'p1')).status, 200);
    await requests.until(({ event: kind }) => kind === 'answer');
    await requests.close();
    await watcher.close();
  });
});

describe('the page of the Operator UI', function () {
  this.timeout(60_000);
  const bench = useServerProcess();
  let page: Reply;
  before(async () => {
    page = await send(bench.server.url, 'GET', '/operator/');
  });

  it('allows the Operator UI page to load only files of this server and to be framed by no page', () => {
    assert.equal(page.status, 200);
    assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
    const policy = page.headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /script-src 'self'/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.doesNotMatch(policy, /unsafe|\*/);
    assert.equal(page.headers.get('referrer-policy'), 'no-referrer');
    assert.doesNotMatch(page.text, /<script(?! type="module" src="operatorPage\.js"><\/script>)|style=|https?:/);
  });

  it('serves only the files of the Operator UI page', async () => {
    for (const path of [
      '/operator/server.js',
      '/operator/..%2fserver.js',
      '/operator/%2e%2e/package.json',
      '/operator/.env',
    ]) {
      assert.equal((await send(bench.server.url, 'GET', path)).status, 404, path);
    }
  });
});
