import { v1 } from '../../contract/v1.ts';
import type { NewRun } from '../../domain/newRun.ts';
import { openhtfRecord } from '../../domain/openhtfRecord.ts';
import { openhtfRecordToNewRun } from '../../domain/openhtfRun.ts';
import { parseTolerantJson } from '../../domain/tolerantJson.ts';
import { parseInput } from '../http/input.ts';
import { pushRun } from '../pushRun.ts';
import { badRequest } from '../refusal.ts';
import type { Rooms } from '../rooms.ts';
import { attachToRun, type UploadRow } from '../store/uploads.ts';
import { storedUpload } from './v1Uploads.ts';

export function v1ImportRoutes({ mount, store, files }: Rooms): void {
  mount(v1.importReport, async ({ body, caller }) => {
    const { id: uploadId } = await storedUpload(store, body.upload_id, caller);
    const text = await files.readText(uploadId);
    const id = await store.transaction().execute(async (change) => {
      const upload = await storedUpload(change, uploadId, caller);
      // A client that missed the answer asks again: its run is there already.
      if (upload.run_id !== null && upload.is_report === 1) return upload.run_id;
      const runId = await pushRun(change, readReport(upload, text), caller);
      await attachToRun(change, upload.id, runId, true);
      return runId;
    });
    return { id };
  });
}

function readReport({ name }: UploadRow, text: string): NewRun {
  return openhtfRecordToNewRun(parseInput(openhtfRecord, parseReport(name, text)), Date.now());
}

function parseReport(name: string, text: string): unknown {
  try {
    return parseTolerantJson(text);
  } catch (error) {
    throw badRequest(`The report "${name}" is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
