import type { Answer } from '../../../shared/contract/operation.ts';
import { type RunListItem, runs } from '../../../shared/contract/runs.ts';
import { type RunsFilter, runsQuery } from '../../../shared/run/runsFilter.ts';
import type { Connection } from '../../connection/connection.ts';
import { UserError } from '../../vscode/userError.ts';
import { noFailedMeasurements } from './filterQuestions.ts';

const firstPageSize = 50;
const nextPageSize = 100;

export interface LoadedRuns {
  readonly runs: readonly RunListItem[];
  readonly hasMore: boolean;
}

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
  // By id: a run that is saved between two pages shifts the others.
  const loaded = new Map<string, RunListItem>();
  let cursor: number | null = 0;
  for (let page = 0; page < pageCount && cursor !== null; page += 1) {
    const limit = page === 0 ? firstPageSize : nextPageSize;
    const { data, meta }: Answer<typeof runs.list> = await connection.call(runs.list, {
      query: { ...query, limit, cursor },
    });
    for (const run of data) loaded.set(run.id, run);
    cursor = meta.next_cursor;
  }
  return { runs: [...loaded.values()], hasMore: cursor !== null };
}
