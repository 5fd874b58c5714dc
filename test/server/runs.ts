/** A body of v1 `POST /runs` as short as it may be. */
export const passedRun = (procedure_id: string, serial_number = 'SN-0001') => ({
  unit_under_test: { serial_number, part_number: 'PCBA01' },
  run_passed: true,
  procedure_id,
});
