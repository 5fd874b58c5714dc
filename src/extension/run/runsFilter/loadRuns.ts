import { type RunsFilter, runsQuery } from '../../../shared/run/runsFilter.ts';
import type { Connection } from '../../connection/connection.ts';
import { listNewestRuns } from '../../connection/runRows.ts';
import { UserError } from '../../vscode/userError.ts';
import { noFailedMeasurements } from './filterQuestions.ts';

const firstPageSize = 50;
const nextPageSize = 100;

export type LoadedRuns = Awaited<ReturnType<typeof listNewestRuns>>;

/**
 * Loads the newest runs that the filter finds.
 * @returns undefined if the filter needs a selected station and there is none
 * @throws UserError if the server does not know a part of the filter; ApiError
 */
export async function loadRuns(
  connection: Connection,
  filter: RunsFilter,
  selected: string | undefined,
  pageCount: number,
): Promise<LoadedRuns | undefined> {
  const query = runsQuery(filter, selected, Date.now());
  if (query === undefined) return undefined;
  if (filter.failedMeasurements.length > 0 && !(await connection.can('run-filters'))) {
    throw new UserError(noFailedMeasurements(connection.serverName));
  }
  return listNewestRuns(connection, query, firstPageSize + (pageCount - 1) * nextPageSize);
}
