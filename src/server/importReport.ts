import { deepest, isTooDeep } from '../domain/nesting.ts';
import { openhtfRecord, type OpenhtfRecord } from '../domain/run/openhtfRecord.ts';
import { openhtfRecordToNewRun } from '../domain/run/openhtfRun.ts';
import { parseTolerantJson } from '../domain/tolerantJson.ts';
import { messageOf } from '../domain/messageOf.ts';
import type { Caller } from './http/authentication.ts';
import { parseInput } from './http/input.ts';
import { permittedProcedure, type PushedRun, pushRun } from './pushRun.ts';
import { badRequest, conflict } from './refusal.ts';
import type { RouteNeeds } from './routeNeeds.ts';
import { storedUpload } from './routes/uploadRules.ts';
import type { PushMarks } from './store/runs.ts';
import { attachToRun, findRunOfContent } from './store/uploads.ts';

interface Import {
  uploadId: string;
  caller: Caller;
  /** Returns the marks of the push, from what makes the result. */
  marksFor: (content: unknown) => PushMarks;
  /** Whether a file whose content made a run already makes another one. */
  allowDuplicate: boolean;
}

/**
 * Makes a run of an uploaded OpenHTF report.
 * @throws Refusal, RunInputError
 */
export async function importReport(
  { store, sql, writer, files }: Pick<RouteNeeds, 'store' | 'sql' | 'writer' | 'files'>,
  { uploadId, caller, marksFor, allowDuplicate }: Import,
): Promise<PushedRun> {
  const found = await storedUpload(store, uploadId, caller);
  const record = parseInput(openhtfRecord, parseReport(found.name, await files.readText(found.id)));
  const run = openhtfRecordToNewRun(record, Date.now());
  const marks = marksFor(contentOf(record));
  return writer.write(async (change) => {
    const upload = await storedUpload(change, found.id, caller);
    permittedProcedure(sql, run.procedure, caller);
    // A client that missed the answer asks again: its run is there already.
    if (upload.run_id !== null && upload.is_report === 1) return { id: upload.run_id, existed: true };
    const same = allowDuplicate || upload.sha256 === null ? null : await findRunOfContent(change, upload.sha256);
    if (same !== null) return { id: same, existed: true };
    if (upload.run_id !== null || upload.unit_id !== null) {
      throw conflict(`The file "${upload.name}" belongs to a run or unit already. Upload the report again.`);
    }
    const pushed = await pushRun({ change, sql }, run, caller, marks);
    // Another try of a push uploads a report of its own: the run has the one that it was made from.
    if (!pushed.existed) await attachToRun(change, upload.id, pushed.id, true);
    return pushed;
  });
}

/**
 * What makes the result of a report: not its logs, to which output callbacks add between two tries, nor the contents of
 * attachments, which are pushed apart.
 */
function contentOf({ log_records, phases, ...record }: OpenhtfRecord): unknown {
  return { ...record, phases: phases.map(({ attachments, ...phase }) => phase) };
}

function parseReport(name: string, text: string): unknown {
  if (isTooDeep(text)) throw badRequest(`The report "${name}" is nested more than ${deepest} levels deep.`);
  try {
    return parseTolerantJson(text);
  } catch (error) {
    throw badRequest(`The report "${name}" is not JSON: ${messageOf(error)}`);
  }
}
