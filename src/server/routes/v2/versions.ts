import { versions } from '../../../shared/contract/versions.ts';
import { creatorOf, readerOf } from '../../http/authentication.ts';
import { conflict } from '../../http/refusalError.ts';
import type { RouteServices } from '../../routeServices.ts';
import { countRuns } from '../../store/runs.ts';
import { isoTime } from '../../store/time.ts';
import { deleteVersion, findVersion, insertVersion } from '../../store/versions.ts';
import { creatorAnswer } from '../answers.ts';
import { existingProcedure, existingVersion } from '../existing.ts';

export function versionRoutes({ mount, mountChange, store }: RouteServices): void {
  mountChange(versions.create, async (change, { params, body: { tag }, caller }) => {
    const procedure = await existingProcedure(change, params.procedure_id);
    const other = await findVersion(change, procedure.id, tag);
    if (other) throw conflict(`Version "${other.tag}" of procedure "${procedure.name}" already exists.`);
    return { id: await insertVersion(change, procedure.id, tag, creatorOf(caller)) };
  });

  mount(versions.get, async ({ params, caller }) => {
    const procedure = await existingProcedure(store, params.procedure_id);
    const version = await existingVersion(store, procedure, params.tag);
    return {
      id: version.id,
      tag: version.tag,
      created_at: isoTime(version.created_at),
      procedure: { id: procedure.id, name: procedure.name },
      run_count: await countRuns(store, 'version_id', version.id, readerOf(caller)),
      ...creatorAnswer(version),
    };
  });

  mountChange(versions.delete, async (change, { params }) => {
    const procedure = await existingProcedure(change, params.procedure_id);
    const { id, tag } = await existingVersion(change, procedure, params.tag);
    const runs = await countRuns(change, 'version_id', id, null);
    if (runs > 0) {
      throw conflict(`Version "${tag}" of procedure "${procedure.name}" cannot be deleted: runs have it (${runs}).`);
    }
    await deleteVersion(change, id);
    return { id };
  });
}
