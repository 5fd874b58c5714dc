import { junitXml } from '../../shared/export/runJunit.ts';
import { reportOf } from '../../shared/run/report.ts';
import { readRun } from '../routes/v2/readRun.ts';
import { findRun, selectRuns } from '../store/runs.ts';
import { CommandError } from './commandError.ts';
import type { DataFolder } from './dataFolder.ts';
import { openData, requireUpdated } from './openData.ts';

/** @param id null for the run that was stored last @throws CommandError if there is none, or the data is of another version */
export async function junitOfRun(folder: DataFolder, id: string | null): Promise<string> {
  if (folder.databaseUrl === null) requireUpdated(folder);
  const { store } = await openData(folder);
  try {
    const row =
      id === null
        ? await selectRuns(store).orderBy('r.key', 'desc').limit(1).executeTakeFirst()
        : await findRun(store, id);
    if (row === undefined) {
      throw new CommandError(1, id === null ? `${folder.path} has no run yet.` : `${folder.path} has no run ${id}.`);
    }
    return junitXml(reportOf({ ...(await readRun(store, row)), attachments: [] }));
  } finally {
    await store.destroy();
  }
}
