import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  type OperatorHost,
  operatorViewState,
  saveSlotViewState,
  slotViewStateOf,
} from '../../../src/webviews/operator/operatorHost.ts';

const draft = { prompt: 'p1', text: 'LB-' };

/** A host that was opened with a saved state. */
function hostWith(saved: unknown): OperatorHost {
  let value = operatorViewState.parse(saved);
  return {
    send: () => undefined,
    handleMessages: () => undefined,
    viewState: {
      get value() {
        return value;
      },
      save: (change) => (value = { ...value, ...change }),
    },
  };
}

describe('the saved state of the Operator UI', () => {
  it('shows what an earlier version saved in the first slot', () => {
    const host = hostWith({ scale: 1.5, serial: 'SN-1', loop: true, logOpen: true, draft });
    assert.equal(host.viewState.value.scale, 1.5);
    assert.deepEqual(slotViewStateOf(host, 1), {
      serial: 'SN-1',
      loop: true,
      logOpen: true,
      detailsOpen: false,
      draft,
    });
    assert.equal(slotViewStateOf(host, 2).serial, '');
  });

  it('keeps the text, the loop and the open parts of each slot apart', () => {
    const host = hostWith({});
    saveSlotViewState(host, 1, { serial: 'SN-1' });
    saveSlotViewState(host, 3, { loop: true, draft });
    saveSlotViewState(host, 3, { detailsOpen: true });
    const reopened = hostWith(JSON.parse(JSON.stringify(host.viewState.value)));
    assert.equal(slotViewStateOf(reopened, 1).serial, 'SN-1');
    assert.equal(slotViewStateOf(reopened, 1).loop, false);
    assert.deepEqual(slotViewStateOf(reopened, 3), {
      serial: '',
      loop: true,
      logOpen: false,
      detailsOpen: true,
      draft,
    });
  });

  it('begins empty when what was saved is damaged', () => {
    for (const saved of [{}, { slots: 7, scale: 'big' }, { slots: { 1: { serial: 5 } } }]) {
      const host = hostWith(saved);
      assert.equal(host.viewState.value.scale, 1);
      assert.equal(slotViewStateOf(host, 1).serial, '');
    }
  });
});
