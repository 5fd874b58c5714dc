import { v1 } from '../../shared/contract/v1.ts';
import { v1RunToNewRun } from '../../shared/run/v1Run.ts';
import { creatorOf, readerOf } from '../http/authentication.ts';
import { unprocessable } from '../http/refusalError.ts';
import { importReport } from '../importReport.ts';
import { operatorPage } from '../live/operator/links.ts';
import { marksOf } from '../pushMarks.ts';
import { pushRun } from '../pushRun.ts';
import type { RouteServices } from '../routeServices.ts';
import { logsOf, phasesOf } from '../store/runDetails.ts';
import { deleteRuns, type RunRow, runsOfUnit } from '../store/runs.ts';
import type { Store } from '../store/tables.ts';
import { deleteUnit, isWithin, setParentUnit } from '../store/units.ts';
import { attachmentsOf, insertUpload, uploadsWithUnit } from '../store/uploads.ts';
import { linkToRun, ownRun, uploadAddress } from '../uploadRules.ts';
import { existingRun, existingUnit } from './existing.ts';
import { logAnswer, phaseAnswer, runHeader } from './v2/runAnswers.ts';
import { changeableUnit } from './v2/unitRules.ts';

/** A client counts as lost after one and a half times this number of seconds without a message. */
const keepaliveSeconds = 20;

export function v1Routes(services: RouteServices): void {
  runRoutes(services);
  unitRoutes(services);
  uploadRoutes(services);
  streamingRoute(services);
}

function runRoutes({ mount, store, writer, files }: RouteServices): void {
  mount(v1.createRun, async (call) => {
    const run = v1RunToNewRun(call.body, Date.now());
    const { client: _, client_version: __, ...content } = call.body;
    const marks = marksOf(call, null, content);
    const push = { run, caller: call.caller, marks };
    const { id } = await writer.push([push], (transaction) => pushRun(transaction, push));
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

function unitRoutes({ mount, mountChange, writer, files }: RouteServices): void {
  mountChange(v1.updateUnit, async (change, { params, body, caller }) => {
    const unit = await changeableUnit(change, params.serial_number, caller);
    for (const { serial_number } of body.sub_units) {
      const child = await existingUnit(change, serial_number);
      if (await isWithin(change, unit.id, child.id)) {
        throw unprocessable(`Unit "${serial_number}" cannot be a sub-unit of "${unit.serial_number}".`);
      }
      await setParentUnit(change, unit.id, [child.id]);
    }
    return { id: unit.id, message: `Unit ${unit.serial_number} updated.` };
  });

  mount(v1.deleteUnit, async ({ params }) => {
    const { unit, uploads } = await writer.write(async (change) => {
      const existing = await existingUnit(change, params.serial_number);
      const attached = await uploadsWithUnit(change, existing.id);
      await deleteUnit(change, existing.id);
      return { unit: existing, uploads: attached };
    });
    await files.remove(uploads);
    return { id: unit.id, message: `Unit ${unit.serial_number} deleted.` };
  });
}

function uploadRoutes({ mount, mountChange, store, writer, files, urls }: RouteServices): void {
  mountChange(v1.initializeUpload, async (change, { body, caller, origin }) => {
    const id = await insertUpload(change, body.name, creatorOf(caller));
    return { id, uploadUrl: uploadAddress(id, origin, urls) };
  });

  mountChange(v1.syncUpload, async (change, { body, caller }) => {
    const run = ownRun(await existingRun(change, body.run_id), caller);
    await linkToRun(change, body.upload_id, run, caller);
    return { id: body.upload_id };
  });

  mount(v1.importReport, async (call) => {
    const { body, caller } = call;
    const marksFor = (content: unknown) => marksOf(call, null, content);
    const request = { uploadId: body.upload_id, caller, marksFor, allowDuplicate: true };
    const { id } = await importReport({ store, writer, files }, request);
    return { id };
  });
}

function streamingRoute({ mount, streaming, links }: RouteServices): void {
  mount(v1.streaming, ({ caller, keyId, origin }) => {
    const station = caller.kind === 'station' ? caller.id : null;
    const { session, token } = streaming.issueSession(station, keyId);
    const page = station === null ? `${origin}/operator/` : operatorPage(origin, station, links.token(station, keyId));
    const { transport, host, port } = streaming.endpointFor(origin);
    return Promise.resolve({
      token,
      operatorPage: page,
      // The client requests another session by itself when it has lost this one.
      clientOptions: { transport, protocol: 4 as const, reconnect_on_failure: false },
      willOptions: {
        topic: session.topics.will,
        payload: '{"source":"python","action":"lost"}',
        qos: 0,
        retain: false,
      },
      connectOptions: { host, port, keepalive: keepaliveSeconds },
      publishOptions: { topic: session.topics.out, qos: 0, retain: false },
      subscribeOptions: { topic: session.topics.in, qos: 1 },
    });
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
