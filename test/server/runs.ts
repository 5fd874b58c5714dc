import type { Outcome } from '../../src/shared/contract/common.ts';

/** A body of v1 `POST /runs` as short as it may be. */
export const passedRun = (procedure_id: string, serial_number = 'SN-0001') => ({
  unit_under_test: { serial_number, part_number: 'PCBA01' },
  run_passed: true,
  procedure_id,
});

/** A body of v2 `POST /runs` without phases. @param began milliseconds since 1970 @param lasted milliseconds */
export const runAt = (procedure_id: string, serial_number: string, outcome: Outcome, began: number, lasted = 1000) => ({
  procedure_id,
  serial_number,
  part_number: 'PCBA01',
  outcome,
  started_at: new Date(began).toISOString(),
  ended_at: new Date(began + lasted).toISOString(),
});
