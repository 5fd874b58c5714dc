import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { idAnswer } from '../../src/shared/contract/common.ts';
import { type Run, runs } from '../../src/shared/contract/runs.ts';
import { slotHeader, startedByHeader } from '../../src/shared/contract/startedBy.ts';
import { type TestStation, useServer } from './bench.ts';
import { send } from './requests.ts';
import { passedRun } from './runs.ts';

const v2Run = (procedure_id: string, serial_number: string, metadata: object) => ({
  outcome: 'PASS',
  procedure_id,
  started_at: '2026-01-01T00:00:00Z',
  ended_at: '2026-01-01T00:01:00Z',
  serial_number,
  part_number: 'PCBA01',
  metadata,
});

describe('a run that an assistant started', function () {
  this.timeout(60_000);
  const bench = useServer();
  let procedure: string;
  let station: TestStation;

  before(async () => {
    procedure = await bench.procedure('Functional test', 'FVT1');
    station = await bench.station('Bench 1', procedure);
  });

  const push = async (path: string, body: unknown, headers: Record<string, string>): Promise<string> => {
    const reply = await send(bench.server.url, 'POST', path, { key: station.key, body, headers });
    assert.equal(reply.status, 200, reply.text);
    return idAnswer.parse(reply.json()).id;
  };
  const metadataOf = async (id: string): Promise<unknown> =>
    (await bench.user.call(runs.get, { params: { id } })).metadata;

  it('is marked in its metadata, beside the metadata of the script, and is found by it', async () => {
    const marked = { [startedByHeader]: 'assistant' };
    const first = await push('/api/v1/runs', passedRun('FVT1', 'A-1'), marked);
    const second = await push(
      '/api/v2/runs',
      v2Run(procedure, 'A-2', { fixture: 'F7', started_by: 'nightly' }),
      marked,
    );
    assert.deepEqual(await metadataOf(first), { started_by: 'assistant' });
    assert.deepEqual(await metadataOf(second), { fixture: 'F7', started_by: 'assistant' });
    const metadata = JSON.stringify({ started_by: { in: ['assistant'] } });
    const found = await bench.user.call(runs.list, { query: { metadata } });
    assert.deepEqual(new Set(found.data.map(({ id }) => id)), new Set([first, second]));
  });

  it('is one run when it is pushed again, with or without the mark', async () => {
    const marks = { 'Idempotency-Key': 'result 1' };
    const first = await push('/api/v2/runs', v2Run(procedure, 'A-3', {}), { ...marks, [startedByHeader]: 'assistant' });
    assert.equal(await push('/api/v2/runs', v2Run(procedure, 'A-3', {}), marks), first);
    assert.deepEqual(await metadataOf(first), { started_by: 'assistant' });
  });

  it('is not marked by other values of the header', async () => {
    for (const value of ['', 'person', 'ASSISTANT', 'assistant, assistant']) {
      const id = await push('/api/v2/runs', v2Run(procedure, `B-${value}`, {}), { [startedByHeader]: value });
      assert.deepEqual(await metadataOf(id), {});
    }
  });
});

describe('a run of one of several slots', () => {
  const bench = useServer();
  let procedure: string;
  let station: TestStation;

  before(async () => {
    procedure = await bench.procedure('Functional verification', 'FVT1');
    station = await bench.station('Bench 1', procedure);
  });

  const push = async (path: string, body: unknown, slot: string): Promise<Run> => {
    const reply = await send(bench.server.url, 'POST', path, {
      key: station.key,
      body,
      headers: { [slotHeader]: slot },
    });
    assert.equal(reply.status, 200, reply.text);
    return bench.user.call(runs.get, { params: { id: idAnswer.parse(reply.json()).id } });
  };

  it('has the slot, whichever API it was pushed with, and is found by it', async () => {
    const first = await push('/api/v1/runs', passedRun('FVT1', 'C-1'), '2');
    const second = await push('/api/v2/runs', v2Run(procedure, 'C-2', {}), '2');
    for (const run of [first, second]) assert.deepEqual([run.slot_key, run.slot_name], ['2', 'Slot 2']);
    assert.notEqual(first.execution_id, second.execution_id);
    const found = await bench.user.call(runs.list, { query: { slot_names: ['Slot 2'] } });
    assert.deepEqual(new Set(found.data.map(({ id }) => id)), new Set([first.id, second.id]));
  });

  it('keeps the slot that its script names', async () => {
    const own = { execution_id: 'of the script', slot_key: 'left', slot_name: 'Left' };
    const run = await push('/api/v2/runs', { ...v2Run(procedure, 'C-3', {}), ...own }, '2');
    assert.deepEqual([run.execution_id, run.slot_key, run.slot_name], ['of the script', 'left', 'Left']);
  });

  it('has no slot if the header names none', async () => {
    for (const slot of ['', '0', '17', '1.5', 'two']) {
      const run = await push('/api/v2/runs', v2Run(procedure, `D-${slot}`, {}), slot);
      assert.deepEqual([run.execution_id, run.slot_key], [null, null], slot);
    }
  });
});
