import type { YieldRun } from '../../src/shared/statistics/yield.ts';

const hour = 3_600_000;

/** Midnights of two days in UTC, and the end of the second. */
export const exampleDays = [Date.UTC(2026, 4, 4), Date.UTC(2026, 4, 5), Date.UTC(2026, 4, 6)] as const;

/** Day, time, unit, outcome, sample. */
const table = `
  1 08:00 U1 PASS
  1 08:10 U2 FAIL
  1 08:20 U2 PASS
  1 08:30 U3 ABORTED
  1 08:40 U3 PASS
  1 08:50 U4 ERROR
  1 09:00 U4 FAIL
  1 09:10 U4 PASS
  1 09:20 G1 PASS golden
  1 09:30 U5 TIMEOUT
  1 10:00 X1 FAIL failing
  1 10:10 U1 FAIL
  1 10:20 U6 ABORTED
  2 08:00 U5 PASS
  2 08:10 U7 FAIL
  2 08:20 U7 FAIL
  2 08:30 U7 FAIL
  2 08:40 U7 PASS`;

/** What the runs of the table come to, worked out by hand. */
export const exampleFigures = {
  first: { units: 5, passed_first: 2, passed_second: 3, passed_third: 4, passed_last: 4 },
  second: { units: 2, passed_first: 1, passed_second: 1, passed_third: 1, passed_last: 2 },
  both: { units: 7, passed_first: 3, passed_second: 4, passed_third: 5, passed_last: 6 },
} as const;

export function exampleRuns(): YieldRun[] {
  return table
    .trim()
    .split('\n')
    .map((line, n) => {
      const [day, time = '', unit_id = '', outcome = '', sample = null] = line.trim().split(' ');
      const [hours, minutes] = time.split(':').map(Number);
      const midnight = exampleDays[day === '1' ? 0 : 1];
      return {
        id: String(n).padStart(2, '0'),
        procedure_id: 'FVT',
        unit_id,
        sample: sample === 'golden' || sample === 'failing' ? sample : null,
        outcome,
        started_at: midnight + (hours ?? 0) * hour + (minutes ?? 0) * 60_000,
        created_at: 0,
        station_id: null,
      };
    });
}
