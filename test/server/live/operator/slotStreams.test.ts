import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { StationApi } from '../../../../src/extension/client/stationApi.ts';
import { operator, stateEvent, windowRequest } from '../../../../src/shared/contract/operator.ts';
import { useServer } from '../../bench.ts';
import { EditorAtWork } from '../../editorAtWork.ts';

const offer = { script: 'board.py', next_serial_number: null, loop: false, problem: null, slots: 2 };

describe('the streams of slots that a window opens', function () {
  const bench = useServer();

  it('deliver the request to start a unit to the slot that was chosen, and the states of all slots', async () => {
    const { id, key } = await bench.station('Bench 1');
    const api = new StationApi(bench.server.url, key);
    const abort = new AbortController();
    const slots = [];
    for (const slot of [1, 2]) {
      const editor = new EditorAtWork(bench.user, id, { slot });
      const stream = api.stream(operator.requests, { params: editor.params, query: { slot } }, abort.signal);
      const next = async () => windowRequest.parse((await stream.next()).value);
      assert.equal((await next()).event, 'hello');
      await editor.report({ offer });
      slots.push({ next, slot, stream });
    }
    for (const { next, slot } of slots.toReversed()) {
      const body = { serial_number: `UNIT-${slot}`, slot };
      await bench.user.call(operator.start, { params: { id }, body });
      assert.deepEqual(await next(), { event: 'start', data: { serial_number: `UNIT-${slot}`, loop: false } });
    }
    const states = api.stream(operator.states, { params: { id }, query: { slots: 'all' } }, abort.signal);
    const seen = new Set<number>();
    while (seen.size < 2) seen.add(stateEvent.parse((await states.next()).value).data.slot);
    assert.deepEqual([...seen].sort(), [1, 2]);
    for (const stream of [...slots.map((each) => each.stream), states]) await stream.return(undefined);
    abort.abort();
  });
});
