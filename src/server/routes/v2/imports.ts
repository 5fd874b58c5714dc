import { imports } from '../../../shared/contract/imports.ts';
import type { Answer } from '../../../shared/contract/operation.ts';
import { RunInputError } from '../../../shared/run/newRun.ts';
import { messageWithFields } from '../../http/answers.ts';
import { notImplemented, RefusalError } from '../../http/refusalError.ts';
import { importReport } from '../../importReport.ts';
import { noMarks } from '../../pushMarks.ts';
import type { RouteServices } from '../../routeServices.ts';

type Result = Answer<typeof imports.structured>['results'][number];

export function importRoutes({ mount, store, writer, files }: RouteServices): void {
  mount(imports.structured, async ({ body, caller }) => {
    const allowDuplicate = body.allow_duplicate ?? false;
    const results: Result[] = [];
    for (const { upload_id, importer } of body.items) {
      try {
        if (importer !== 'OPENHTF') {
          throw notImplemented(`This server imports OpenHTF reports alone: ${importer} files are read by TofuPilot.`);
        }
        const request = { uploadId: upload_id, caller, marksFor: () => noMarks, allowDuplicate };
        const { id, existed } = await importReport({ store, writer, files }, request);
        results.push({ upload_id, success: true, id, already_imported: existed });
      } catch (error) {
        results.push({ upload_id, success: false, error: reasonOf(error) });
      }
    }
    return { results };
  });

  mount(imports.tabular, () =>
    Promise.reject(notImplemented('This server does not import tables. Push the runs, or import OpenHTF reports.')),
  );
}

function reasonOf(error: unknown): string {
  if (error instanceof RunInputError) return error.message;
  if (!(error instanceof RefusalError)) throw error;
  return messageWithFields(error);
}
