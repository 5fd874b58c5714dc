import { attachments } from '../../../shared/contract/attachments.ts';
import { unitAttachments } from '../../../shared/contract/unitAttachments.ts';
import { creatorOf } from '../../http/authentication.ts';
import { conflict, notFound } from '../../http/refusalError.ts';
import type { RouteServices } from '../../routeServices.ts';
import { deleteUploads, insertUpload } from '../../store/uploads.ts';
import { downloadAddress, ownUpload, storedUpload, uploadAddress } from '../../uploadRules.ts';
import { changeableUnit } from './unitRules.ts';

export function attachmentRoutes({ mount, mountChange, store, writer, files, urls }: RouteServices): void {
  mountChange(attachments.initialize, async (change, { body, caller, origin }) => {
    const id = await insertUpload(change, body.name, creatorOf(caller));
    return { id, upload_url: uploadAddress(id, origin, urls) };
  });

  mount(attachments.finalize, async ({ params, caller, origin }) => {
    const { id } = await storedUpload(store, params.id, caller);
    return { url: downloadAddress(id, origin, urls) };
  });

  mount(attachments.delete, async ({ query, caller }) => {
    const ids = [...new Set(query.ids)];
    await writer.write(async (change) => {
      for (const id of ids) {
        const upload = await ownUpload(change, id, caller);
        if (upload.is_report === 1) {
          throw conflict(`The file "${upload.name}" is the report that its run was made from. Delete the run instead.`);
        }
      }
      await deleteUploads(change, ids);
    });
    await files.remove(ids);
    return { id: ids };
  });

  mountChange(unitAttachments.create, async (change, { params, body, caller, origin }) => {
    const unit = await changeableUnit(change, params.serial_number, caller);
    const id = await insertUpload(change, body.name, creatorOf(caller), { unit_id: unit.id });
    return { id, upload_url: uploadAddress(id, origin, urls) };
  });

  mount(unitAttachments.delete, async ({ params, query, caller }) => {
    const ids = [...new Set(query.ids)];
    await writer.write(async (change) => {
      const unit = await changeableUnit(change, params.serial_number, caller);
      for (const id of ids) {
        const upload = await ownUpload(change, id, caller);
        if (upload.unit_id !== unit.id) {
          throw notFound(`Unit "${unit.serial_number}" has no attachment with the id ${id}.`);
        }
      }
      await deleteUploads(change, ids);
    });
    await files.remove(ids);
    return { ids };
  });
}
