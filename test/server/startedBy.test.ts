import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { idAnswer } from '../../src/shared/contract/common.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { startedByHeader } from '../../src/shared/contract/startedBy.ts';
import { type TestStation, useServer } from './bench.ts';
import { send } from './requests.ts';
import { passedRun } from './runs.ts';

describe('a run that an assistant started', function () {
  this.timeout(60_000);
  const bench = useServer();
  let procedure: string;
  let station: TestStation;

  before(async () => {
    procedure = await bench.procedure('Functional test', 'FVT1');
    station = await bench.station('Bench 1', procedure);
  });

  const v2Run = (serial_number: string, metadata: object) => ({
    outcome: 'PASS',
    procedure_id: procedure,
    started_at: '2026-01-01T00:00:00Z',
    ended_at: '2026-01-01T00:01:00Z',
    serial_number,
    part_number: 'PCBA01',
    metadata,
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
    const second = await push('/api/v2/runs', v2Run('A-2', { fixture: 'F7', started_by: 'nightly' }), marked);
    assert.deepEqual(await metadataOf(first), { started_by: 'assistant' });
    assert.deepEqual(await metadataOf(second), { fixture: 'F7', started_by: 'assistant' });
    const metadata = JSON.stringify({ started_by: { in: ['assistant'] } });
    const found = await bench.user.call(runs.list, { query: { metadata } });
    assert.deepEqual(new Set(found.data.map(({ id }) => id)), new Set([first, second]));
  });

  it('is one run when it is pushed again, with or without the mark', async () => {
    const marks = { 'Idempotency-Key': 'result 1' };
    const first = await push('/api/v2/runs', v2Run('A-3', {}), { ...marks, [startedByHeader]: 'assistant' });
    assert.equal(await push('/api/v2/runs', v2Run('A-3', {}), marks), first);
    assert.deepEqual(await metadataOf(first), { started_by: 'assistant' });
  });

  it('is not marked by other values of the header', async () => {
    for (const value of ['', 'person', 'ASSISTANT', 'assistant, assistant']) {
      const id = await push('/api/v2/runs', v2Run(`B-${value}`, {}), { [startedByHeader]: value });
      assert.deepEqual(await metadataOf(id), {});
    }
  });
});
