import { formatLocalTime } from '../../shared/format/localTime.ts';
import { type Choice, noFilter, type RunsFilter } from '../../shared/run/runsFilter.ts';

/**
 * Returns the filter of the Runs view for the runs of a procedure in which a measurement failed.
 * @param days of which today is the last; null for all runs
 */
export const failedRunsFilter = (procedure: Choice, measurement: string, days: number | null): RunsFilter => ({
  ...noFilter,
  stations: 'all',
  procedures: [{ id: procedure.id, name: procedure.name }],
  failedMeasurements: [measurement],
  time: days === null ? noFilter.time : { kind: 'between', from: firstDay(days), to: null },
});

function firstDay(days: number): string {
  const now = new Date();
  const first = new Date(now.getFullYear(), now.getMonth(), now.getDate() - days + 1);
  return formatLocalTime(first.getTime()).slice(0, 'YYYY-MM-DD'.length);
}
