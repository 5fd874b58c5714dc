import { serverExit } from '../../shared/contract/local.ts';
import { oneLine } from '../../shared/format/oneLine.ts';
import { type CopyResult, RunCopier } from '../importing/copy/copyRun.ts';
import { SourceError, TofuPilotSource } from '../importing/copy/tofupilotSource.ts';
import { ImportError } from '../importing/importedRecord.ts';
import { CommandError } from './commandError.ts';
import type { DataFolder } from './dataFolder.ts';
import { type Imported, summaryOf, withImportTarget } from './importTarget.ts';
import type { BucketOptions } from './storageOptions.ts';

export interface ServerImportOptions {
  readonly url: string;
  readonly isDryRun: boolean;
  readonly bucket: BucketOptions | null;
}

/**
 * Runs that were copied before are skipped, so an interrupted import continues when it is started again.
 * @param report is called with a line for each run that was not copied, and for the progress
 */
export function importFromServer(
  folder: DataFolder,
  { url, isDryRun, bucket }: ServerImportOptions,
  key: string | null,
  report: (line: string) => void,
): Promise<Imported> {
  if (key === null) {
    throw new CommandError(
      serverExit.usage,
      'TOFUPILOT_API_KEY is missing: set the environment variable to a user key of the server.',
    );
  }
  return withImportTarget(folder, bucket, async (target) => {
    const copier = new RunCopier(target, { source: url, format: 'tofupilot', isDryRun });
    const source = new TofuPilotSource(url, key);
    const counts = { stored: 0, existed: 0, bad: 0 };
    const summary = (): string => summaryOf(counts, isDryRun);
    const count = (id: string, result: CopyResult): void => {
      if (typeof result === 'object') {
        counts.bad += 1;
        report(oneLine(`${url} run ${id}: ${result.problem}`));
      } else if (result !== 'waits') counts[result] += 1;
    };
    const copy = async (id: string, isLast: boolean): Promise<CopyResult> => {
      try {
        return await copier.copy(await source.run(id), isLast);
      } catch (error) {
        if (error instanceof ImportError) return { problem: error.message };
        throw error;
      }
    };
    const waiting: string[] = [];
    try {
      for await (const page of source.list()) {
        const existing = await copier.existing(page.map(({ id }) => id));
        for (const item of page) copier.notice(item);
        for (const { id } of page) {
          const result = existing.has(id) ? 'existed' : await copy(id, false);
          if (result === 'waits') waiting.push(id);
          count(id, result);
        }
        report(summary());
      }
      for (const id of waiting) count(id, await copy(id, true));
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      throw new CommandError(1, `${error.message} ${summary()} Start the import again to continue.`, error);
    }
    const created = [...copier.created].sort();
    return {
      lines: [
        summary(),
        ...(created.length > 0 ? [`${isDryRun ? 'To create' : 'Created'}: ${created.join(', ')}.`] : []),
      ],
      bad: counts.bad,
    };
  });
}
