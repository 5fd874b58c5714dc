import type { LiveTest } from '../../../../src/shared/contract/liveTest.ts';

export const liveTest = (execution_id: string, status: LiveTest['status'] = 'running'): LiveTest => ({
  execution_id,
  kind: 'openhtf',
  name: 'board',
  procedure_id: null,
  serial_number: null,
  part_number: null,
  status,
  started_at: 0,
  ended_at: null,
  phases: [],
  phases_left_out: 0,
  prompt: null,
  logs: [],
  logs_left_out: 0,
  outcome: null,
  outcome_details: [],
});
