import { measurements } from '../../shared/contract/explorer.ts';
import type { RunListItem } from '../../shared/contract/runs.ts';
import type { UnitRun } from '../../shared/contract/unitPage.ts';
import { failedOfRuns } from '../../shared/run/failedOfRuns.ts';
import { ApiError } from '../client/apiError.ts';
import { allPages } from '../client/pages.ts';
import type { Connection } from '../connection/connection.ts';
import { listNewestRuns } from '../connection/runRows.ts';

const pageSize = 100;

export async function loadUnitRuns(
  connection: Connection,
  serialNumber: string,
  pageCount: number,
): Promise<{ runs: UnitRun[]; hasMore: boolean }> {
  const query = { serial_numbers: [serialNumber] };
  const { runs: list, hasMore } = await listNewestRuns(connection, query, pageCount * pageSize);
  const failed = await failedMeasurements(connection, list);
  return { runs: list.map((run) => unitRun(run, failed)), hasMore };
}

function unitRun(run: RunListItem, failed: ReadonlyMap<string, readonly string[]> | undefined): UnitRun {
  const operator = run.operated_by ?? (run.created_by_station ? null : run.created_by_user);
  return {
    id: run.id,
    outcome: run.outcome,
    started_at: run.started_at,
    duration: run.duration,
    procedure: run.procedure.name,
    version: run.procedure.version?.tag ?? null,
    station: run.created_by_station?.name ?? null,
    operator: operator?.name ?? operator?.email ?? null,
    gauge_study: run.gauge_study?.name ?? null,
    failed: failed === undefined ? null : [...(failed.get(run.id) ?? [])],
  };
}

async function failedMeasurements(
  connection: Connection,
  list: readonly RunListItem[],
): Promise<ReadonlyMap<string, readonly string[]> | undefined> {
  try {
    const failed = await failedOfRuns(list, (query) =>
      allPages((page) => connection.call(measurements.list, { query: { ...query, ...page } })),
    );
    return new Map([...failed].map(([run, rows]) => [run, rows.map(({ measurement_name }) => measurement_name)]));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return undefined; // The history is worth showing without them.
  }
}
