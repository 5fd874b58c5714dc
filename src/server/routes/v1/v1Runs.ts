import { v1 } from '../../../shared/contract/v1.ts';
import { v1RunToNewRun } from '../../../shared/run/v1Run.ts';
import { readerOf } from '../../http/authentication.ts';
import { marksOf } from '../../pushMarks.ts';
import { pushRun } from '../../pushRun.ts';
import type { RouteServices } from '../../routeServices.ts';
import { logsOf, phasesOf } from '../../store/runDetails.ts';
import { deleteRuns, type RunRow, runsOfUnit } from '../../store/runs.ts';
import type { Store } from '../../store/tables.ts';
import { attachmentsOf } from '../../store/uploads.ts';
import { existingRun } from '../existing.ts';
import { logAnswer, phaseAnswer, runHeader } from '../v2/runAnswers.ts';

export function v1RunRoutes({
  mount,
  store,
  sql,
  writer,
  files,
}: Pick<RouteServices, 'mount' | 'store' | 'sql' | 'writer' | 'files'>): void {
  mount(v1.createRun, async (call) => {
    const run = v1RunToNewRun(call.body, Date.now());
    const { client: _, client_version: __, ...content } = call.body;
    const marks = marksOf(call, null, content);
    const { id } = await writer.write((change) => pushRun({ change, sql }, run, call.caller, marks));
    return { id, message: `Run ${id} created.` };
  });

  mount(v1.getRuns, async ({ query, caller }) => {
    const rows = await runsOfUnit(store, query.serial_number, readerOf(caller));
    return Promise.all(rows.map((row) => v1RunAnswer(store, row)));
  });

  mount(v1.deleteRun, async ({ params }) => {
    const uploads = await writer.write(async (change) =>
      deleteRuns(change, [(await existingRun(change, params.id)).id]),
    );
    await files.remove(uploads);
    return { id: params.id, message: `Run ${params.id} deleted.` };
  });
}

/** Version 1 has names of its own: component for part, identifier for revision number, value for version tag. */
async function v1RunAnswer(store: Store, row: RunRow): Promise<unknown> {
  const { procedure, unit, operated_by: _, ...header } = runHeader(row);
  const attachments = await attachmentsOf(store, row.id);
  const report = attachments.find(({ is_report }) => is_report === 1);
  return {
    ...header,
    procedure: { id: procedure.id, name: procedure.name },
    procedure_version: procedure.version && { id: procedure.version.id, value: procedure.version.tag },
    unit: {
      id: unit.id,
      serial_number: unit.serial_number,
      batch: unit.batch,
      revision: {
        id: unit.part.revision.id,
        identifier: unit.part.revision.number,
        component: { id: unit.part.id, part_number: unit.part.number, name: unit.part.name },
      },
    },
    phases: (await phasesOf(store, row.key)).map(phaseAnswer),
    logs: (await logsOf(store, row.key)).map(logAnswer),
    attachments: attachments.map(({ id, name, content_type, size }) => ({ id, filename: name, content_type, size })),
    file_import: report ? { id: report.id, upload: { id: report.id, filename: report.name } } : null,
  };
}
