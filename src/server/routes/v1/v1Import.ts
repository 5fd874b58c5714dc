import { v1 } from '../../../shared/contract/v1.ts';
import { importReport } from '../../importReport.ts';
import { marksOf } from '../../pushMarks.ts';
import type { RouteServices } from '../../routeServices.ts';

export function v1ImportRoutes({
  mount,
  store,
  sql,
  writer,
  files,
}: Pick<RouteServices, 'mount' | 'store' | 'sql' | 'writer' | 'files'>): void {
  mount(v1.importReport, async (call) => {
    const { body, caller } = call;
    const marksFor = (content: unknown) => marksOf(call, null, content);
    const request = { uploadId: body.upload_id, caller, marksFor, allowDuplicate: true };
    const { id } = await importReport({ store, sql, writer, files }, request);
    return { id };
  });
}
