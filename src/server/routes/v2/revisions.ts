import { revisions } from '../../../shared/contract/parts.ts';
import { creatorOf, readerOf } from '../../http/authentication.ts';
import { conflict } from '../../http/refusalError.ts';
import type { RouteServices } from '../../routeServices.ts';
import { changedMetadata, readMetadata } from '../../store/metadata.ts';
import { deletePart } from '../../store/parts.ts';
import {
  deleteRevision,
  findRevision,
  insertRevision,
  revisionsOf,
  unitsOfRevision,
  updateRevision,
} from '../../store/revisions.ts';
import type { Store } from '../../store/tables.ts';
import { isoTime } from '../../store/time.ts';
import { creatorAnswer } from '../answers.ts';
import { existingPart, existingRevision, resolveImage } from '../existing.ts';
import { checkUnused } from './parts.ts';

export function revisionRoutes({ mount, mountChange, store }: RouteServices): void {
  mountChange(revisions.create, async (change, { params, body: { number, metadata = {} }, caller }) => {
    const part = await existingPart(change, params.part_number);
    await checkNumber(change, part, number, null);
    const revision = { partId: part.id, number, metadata_json: JSON.stringify(metadata) };
    return { id: await insertRevision(change, revision, creatorOf(caller)) };
  });

  mount(revisions.get, async ({ params, caller }) => {
    const { part, revision } = await existingRevision(store, params.part_number, params.revision_number);
    return {
      id: revision.id,
      number: revision.number,
      created_at: isoTime(revision.created_at),
      ...creatorAnswer(revision),
      part: { id: part.id, number: part.number, name: part.name },
      units: await unitsOfRevision(store, revision.id, readerOf(caller)),
      image_id: revision.image_id,
      metadata: readMetadata(revision.metadata_json),
    };
  });

  mountChange(revisions.update, async (change, { params, body: { number, image_id, metadata = {} } }) => {
    const { part, revision } = await existingRevision(change, params.part_number, params.revision_number);
    if (number !== undefined) await checkNumber(change, part, number, revision.id);
    await updateRevision(change, revision.id, {
      number: number ?? revision.number,
      image_id: await resolveImage(change, image_id, revision.image_id),
      metadata_json: changedMetadata(revision.metadata_json, metadata),
    });
    return { id: revision.id };
  });

  mountChange(revisions.delete, async (change, { params }) => {
    const { part, revision } = await existingRevision(change, params.part_number, params.revision_number);
    const { id, number } = revision;
    await checkUnused(change, [id], `Revision "${number}" of part "${part.number}"`);
    await deleteRevision(change, id);
    // TofuPilot has no parts without a revision.
    if ((await revisionsOf(change, [part.id])).length === 0) await deletePart(change, part.id);
    return { id };
  });
}

async function checkNumber(
  store: Store,
  part: { id: string; number: string },
  number: string,
  ownId: string | null,
): Promise<void> {
  const other = await findRevision(store, part.id, number);
  if (!other || other.id === ownId) return;
  throw conflict(`Revision "${other.number}" of part "${part.number}" already exists. Choose another number.`);
}
