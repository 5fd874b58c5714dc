import type * as z from 'zod';
import type { MeasurementRow, measurements } from '../contract/explorer.ts';
import type { RunListItem } from '../contract/runs.ts';

type Query = z.input<typeof measurements.list.query>;
type FailedMeasurement = Pick<MeasurementRow, 'run_id' | 'phase_name' | 'measurement_name'>;

const runsPerQuery = 100;

/** Returns what failed in last attempts, by the id of the run, in the order of the phases. @param listRows loads all rows */
export async function failedOfRuns(
  list: readonly Pick<RunListItem, 'id' | 'outcome' | 'procedure'>[],
  listRows: (query: Query) => Promise<readonly FailedMeasurement[]>,
): Promise<Map<string, FailedMeasurement[]>> {
  const failed: FailedMeasurement[] = [];
  const others = list.filter(({ outcome }) => outcome !== 'PASS');
  for (const [procedure, ofProcedure] of Map.groupBy(others, ({ procedure }) => procedure.id)) {
    for (let at = 0; at < ofProcedure.length; at += runsPerQuery) {
      const ids = ofProcedure.slice(at, at + runsPerQuery).map(({ id }) => id);
      const rows = await listRows({
        procedure_id: procedure,
        ids,
        measurement_outcomes: ['FAIL'],
        exclude_retries: 'true',
        sort_order: 'asc',
      });
      failed.push(...rows);
    }
  }
  return Map.groupBy(failed, ({ run_id }) => run_id);
}
