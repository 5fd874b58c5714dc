import * as z from 'zod';
import { type RunListItem, runs } from '../../shared/contract/runs.ts';
import { newestEntries } from '../client/pages.ts';
import type { CallInput } from '../client/stationApi.ts';
import type { Connection } from './connection.ts';

/** Lists the newest runs that the query finds. A run that is saved between two pages shifts the others, but none is twice. */
export async function listNewestRuns(
  connection: Connection,
  query: CallInput<typeof runs.list>['query'],
  count: number,
): Promise<{ readonly runs: readonly RunListItem[]; readonly hasMore: boolean }> {
  const { entries, hasMore } = await newestEntries(count, (page) =>
    connection.call(runs.list, { query: { ...query, ...page } }),
  );
  return { runs: [...new Map(entries.map((run) => [run.id, run])).values()], hasMore };
}

const runRow = z.object({ run: z.object({ id: z.string(), unit: z.object({ serial_number: z.string() }) }) });

export const idOfRun = (row: unknown): string | undefined => runRow.safeParse(row).data?.run.id;

export const serialNumberOfRun = (row: unknown): string | undefined =>
  runRow.safeParse(row).data?.run.unit.serial_number;
