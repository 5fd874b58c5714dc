import type { SignedUrls } from './attachments/signedUrls.ts';
import type { Caller } from './http/authentication.ts';
import { conflict, forbidden, notFound } from './http/refusalError.ts';
import type { RunRow } from './store/runs.ts';
import type { Store, StoreTransaction } from './store/tables.ts';
import { attachToRun, findUpload, type UploadRow } from './store/uploads.ts';

export const uploadAddress = (id: string, origin: string, urls: SignedUrls): string =>
  origin + urls.sign('PUT', `/api/uploads/${id}`);

/** @throws RefusalError (403) if the caller is a station and the run is of another creator */
export function ownRun(run: RunRow, caller: Caller): RunRow {
  if (caller.kind === 'user' || run.station_id === caller.id) return run;
  throw forbidden(
    `Station "${caller.name}" is not authorized to change run ${run.id} or attach files to it: it is no run of its own.`,
  );
}

export async function ownUpload(store: Store, id: string, caller: Caller): Promise<UploadRow> {
  const upload = await findUpload(store, id);
  if (!upload) throw notFound(`There is no upload with the id ${id}.`);
  if (caller.kind === 'station' && upload.created_by_station_id !== caller.id) {
    throw forbidden(`Station "${caller.name}" is not authorized to use upload ${id}: it is no upload of its own.`);
  }
  return upload;
}

/** @throws RefusalError if the upload belongs to another station (403), is unknown (404), or has no content (409) */
export async function storedUpload(store: Store, id: string, caller: Caller): Promise<UploadRow> {
  const upload = await ownUpload(store, id, caller);
  if (upload.stored_at === null) throw conflict(`The content of "${upload.name}" was never uploaded. Upload it again.`);
  return upload;
}

export async function linkToRun(change: StoreTransaction, id: string, run: RunRow, caller: Caller): Promise<void> {
  const upload = await storedUpload(change, id, caller);
  if (upload.run_id === run.id) return;
  if (upload.run_id !== null || upload.unit_id !== null) {
    throw conflict(`The file "${upload.name}" belongs to another run or unit already.`);
  }
  await attachToRun(change, upload.id, run.id, false);
}

export const downloadAddress = (id: string, origin: string, urls: SignedUrls): string =>
  origin + urls.sign('GET', `/api/attachments/${id}`);
