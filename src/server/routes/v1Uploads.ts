import { v1 } from '../../contract/v1.ts';
import { type Caller, creatorOf } from '../http/authentication.ts';
import { conflict, forbidden, notFound } from '../refusal.ts';
import type { Rooms } from '../rooms.ts';
import { findRun } from '../store/runs.ts';
import type { Store } from '../store/tables.ts';
import { attachToRun, findUpload, insertUpload, type UploadRow } from '../store/uploads.ts';

export function v1UploadRoutes({ mount, store, urls }: Rooms): void {
  mount(v1.initializeUpload, async ({ body, caller, origin }) => {
    const id = await insertUpload(store, body.name, creatorOf(caller));
    return { id, uploadUrl: origin + urls.sign('PUT', `/api/uploads/${id}`) };
  });

  mount(v1.syncUpload, ({ body, caller }) =>
    store.transaction().execute(async (change) => {
      const upload = await storedUpload(change, body.upload_id, caller);
      const run = await findRun(change, body.run_id);
      if (caller.kind === 'station' && run?.station_id !== caller.id) {
        throw forbidden(
          `Station "${caller.name}" is not authorized to attach files to run ${body.run_id}: it is no run of its own.`,
        );
      }
      if (!run)
        throw notFound(`There is no run with the id ${body.run_id}: it was deleted, or belongs to another server.`);
      if (upload.run_id === run.id) return { id: upload.id };
      if (upload.run_id !== null) throw conflict(`The file "${upload.name}" belongs to another run already.`);
      await attachToRun(change, upload.id, run.id, false);
      return { id: upload.id };
    }),
  );
}

/** @throws Refusal when it is another station's (403), unknown (404), or its content never came (409) */
export async function storedUpload(store: Store, id: string, caller: Caller): Promise<UploadRow> {
  const upload = await findUpload(store, id);
  if (caller.kind === 'station' && upload?.created_by_station_id !== caller.id) {
    throw forbidden(`Station "${caller.name}" is not authorized to use upload ${id}: it is no upload of its own.`);
  }
  if (!upload) throw notFound(`There is no upload with the id ${id}.`);
  if (upload.stored_at === null) throw conflict(`The content of "${upload.name}" was never uploaded. Upload it again.`);
  return upload;
}
