import type { NewRun } from '../domain/run/newRun.ts';
import { deepest, isTooDeep } from '../domain/nesting.ts';
import { openhtfRecord } from '../domain/run/openhtfRecord.ts';
import { openhtfRecordToNewRun } from '../domain/run/openhtfRun.ts';
import { parseTolerantJson } from '../domain/tolerantJson.ts';
import { messageOf } from '../domain/messageOf.ts';
import type { Caller } from './http/authentication.ts';
import { parseInput } from './http/input.ts';
import { pushRun } from './pushRun.ts';
import { badRequest, conflict } from './refusal.ts';
import type { RouteNeeds } from './routeNeeds.ts';
import { storedUpload } from './routes/uploadRules.ts';
import { findPushedRun } from './store/runs.ts';
import { attachToRun, findRunOfContent, type UploadRow } from './store/uploads.ts';

interface Import {
  uploadId: string;
  caller: Caller;
  /** As of `pushRun`. */
  pushKey: string | null;
  /** Whether a file whose content made a run already makes another one. */
  allowDuplicate: boolean;
}

/**
 * Makes a run of an uploaded OpenHTF report.
 * @returns the run's id, and whether the run was there already
 * @throws Refusal, RunInputError
 */
export async function importReport(
  { store, sql, writer, files }: Pick<RouteNeeds, 'store' | 'sql' | 'writer' | 'files'>,
  { uploadId, caller, pushKey, allowDuplicate }: Import,
): Promise<{ id: string; existed: boolean }> {
  const { id: found } = await storedUpload(store, uploadId, caller);
  const text = await files.readText(found);
  return writer.write(async (change) => {
    const upload = await storedUpload(change, found, caller);
    // A client that missed the answer asks again: its run is there already.
    if (upload.run_id !== null && upload.is_report === 1) return { id: upload.run_id, existed: true };
    const earlier = allowDuplicate || upload.sha256 === null ? null : await findRunOfContent(change, upload.sha256);
    if (earlier !== null) return { id: earlier, existed: true };
    if (upload.run_id !== null || upload.unit_id !== null) {
      throw conflict(`The file "${upload.name}" belongs to a run or unit already. Upload the report again.`);
    }
    // One more try, with a report of its own: the run has the one that it was made of.
    const pushed = pushKey === null ? null : findPushedRun(sql, pushKey);
    if (pushed !== null) return { id: pushed, existed: true };
    const id = await pushRun({ change, sql }, readReport(upload, text), caller, pushKey);
    await attachToRun(change, upload.id, id, true);
    return { id, existed: false };
  });
}

function readReport({ name }: UploadRow, text: string): NewRun {
  return openhtfRecordToNewRun(parseInput(openhtfRecord, parseReport(name, text)), Date.now());
}

function parseReport(name: string, text: string): unknown {
  if (isTooDeep(text)) throw badRequest(`The report "${name}" is nested more than ${deepest} levels deep.`);
  try {
    return parseTolerantJson(text);
  } catch (error) {
    throw badRequest(`The report "${name}" is not JSON: ${messageOf(error)}`);
  }
}
