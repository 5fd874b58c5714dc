import { v1 } from '../../../shared/contract/v1.ts';
import { creatorOf } from '../../http/authentication.ts';
import type { RouteServices } from '../../routeServices.ts';
import { insertUpload } from '../../store/uploads.ts';
import { linkToRun, ownRun, uploadAddress } from '../../uploadRules.ts';
import { existingRun } from '../existing.ts';

export function v1UploadRoutes({ mount, writer, urls }: Pick<RouteServices, 'mount' | 'writer' | 'urls'>): void {
  mount(v1.initializeUpload, ({ body, caller, origin }) =>
    writer.write(async (change) => {
      const id = await insertUpload(change, body.name, creatorOf(caller));
      return { id, uploadUrl: uploadAddress(id, origin, urls) };
    }),
  );

  mount(v1.syncUpload, ({ body, caller }) =>
    writer.write(async (change) => {
      const run = ownRun(await existingRun(change, body.run_id), caller);
      await linkToRun(change, body.upload_id, run, caller);
      return { id: body.upload_id };
    }),
  );
}
