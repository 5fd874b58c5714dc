import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { RunListItem } from '../../../src/shared/contract/runs.ts';
import { isRunOf, procedureIn, type PushedResult } from '../../../src/shared/run/acknowledgement.ts';

const procedure = 'b7a3f6de-5b7e-4b3b-9a51-3c2a4c1f0e11';
const station = { id: 'bench', name: 'Bench 1' };
const result: PushedResult = {
  serial_number: 'SN-1',
  outcome: 'FAIL',
  place: { instance: 'local', server: 'this machine', station },
  procedureId: procedure,
};
const run: RunListItem = {
  id: 'run',
  created_at: '2026-01-01T00:00:00Z',
  started_at: '2026-01-01T00:00:00Z',
  ended_at: '2026-01-01T00:00:01Z',
  duration: 'PT1S',
  outcome: 'FAIL',
  execution_id: null,
  slot_key: null,
  slot_name: null,
  procedure: { id: procedure, name: 'FVT', version: null },
  unit: {
    id: 'unit',
    serial_number: 'SN-1',
    sample: null,
    part: { id: 'part', number: 'P', name: 'P', revision: { id: 'revision', number: 'A' } },
  },
  created_by_user: null,
  created_by_station: station,
  operated_by: null,
};

describe('a run that may be that of a result', () => {
  it('recognizes the run of a result by unit, procedure and station', () => {
    assert.ok(isRunOf(result, run));
    assert.ok(isRunOf({ ...result, procedureId: null }, run));
    assert.ok(isRunOf({ ...result, serial_number: 'sn-1' }, run));
    assert.ok(isRunOf({ ...result, outcome: 'PASS' }, { ...run, outcome: 'ERROR' }));
  });

  it('rejects a run of another unit, procedure or station, and a false PASS', () => {
    assert.ok(!isRunOf({ ...result, serial_number: 'SN-10' }, run));
    assert.ok(!isRunOf({ ...result, procedureId: '00000000-0000-4000-8000-000000000000' }, run));
    assert.ok(!isRunOf(result, { ...run, created_by_station: { id: 'other', name: 'Bench 1' } }));
    assert.ok(!isRunOf(result, { ...run, created_by_station: null }));
    assert.ok(!isRunOf(result, { ...run, outcome: 'PASS' }));
  });

  it('reads the procedure from the body of a push', () => {
    assert.equal(procedureIn({ procedure_id: procedure }), procedure);
    assert.equal(procedureIn({ metadata: { procedure_id: procedure } }), procedure);
    assert.equal(procedureIn({ procedure_id: 'FVT1' }), null);
    assert.equal(procedureIn(null), null);
  });
});
