import { parts } from '../../../shared/contract/parts.ts';
import { creatorOf } from '../../http/authentication.ts';
import { conflict } from '../../http/refusalError.ts';
import type { RouteServices } from '../../routeServices.ts';
import { changedMetadata, readMetadata } from '../../store/metadata.ts';
import { toPage } from '../../store/pages.ts';
import { deletePart, findPart, insertPart, listParts, updatePart } from '../../store/parts.ts';
import {
  countUnits,
  defaultRevisionNumber,
  insertRevision,
  type RevisionRow,
  revisionsOf,
} from '../../store/revisions.ts';
import type { Store } from '../../store/tables.ts';
import { isoTime } from '../../store/time.ts';
import { creatorAnswer } from '../answers.ts';
import { existingPart } from '../existing.ts';

export function partRoutes({ mount, mountChange, store }: RouteServices): void {
  mountChange(parts.create, async (change, { body, caller }) => {
    const { number, name = number, revision_number = defaultRevisionNumber, metadata = {} } = body;
    await checkNumber(change, number, null);
    const by = creatorOf(caller);
    const id = await insertPart(change, { number, name, metadata_json: JSON.stringify(metadata) }, by);
    await insertRevision(change, { partId: id, number: revision_number }, by);
    return { id };
  });

  mount(parts.list, async ({ query }) => {
    const { search_query, procedure_ids, sort_by, sort_order, ...rest } = query;
    const filter = { search: search_query, procedureIds: procedure_ids, sortBy: sort_by, sortOrder: sort_order };
    const { data, meta } = toPage(await listParts(store, { ...rest, ...filter }), query);
    const revisions = await revisionsOf(
      store,
      data.map(({ id }) => id),
    );
    return {
      data: data.map(({ id, number, name, created_at, metadata_json }) => ({
        id,
        number,
        name,
        created_at: isoTime(created_at),
        revisions: revisions.filter(({ part_id }) => part_id === id).map(withoutTime),
        ...(query.include_metadata ? { metadata: readMetadata(metadata_json) } : {}),
      })),
      meta,
    };
  });

  mount(parts.get, async ({ params }) => {
    const part = await existingPart(store, params.number);
    return {
      id: part.id,
      number: part.number,
      name: part.name,
      created_at: isoTime(part.created_at),
      revisions: (await revisionsOf(store, [part.id])).map((revision) => ({
        ...withoutTime(revision),
        created_at: isoTime(revision.created_at),
      })),
      ...creatorAnswer(part),
      metadata: readMetadata(part.metadata_json),
    };
  });

  mountChange(parts.update, async (change, { params, body }) => {
    const part = await existingPart(change, params.number);
    const { new_number: number = part.number, name = part.name, metadata = {} } = body;
    await checkNumber(change, number, part.id);
    await updatePart(change, part.id, { number, name, metadata_json: changedMetadata(part.metadata_json, metadata) });
    return { id: part.id, number, name, updated_at: isoTime(Date.now()) };
  });

  mountChange(parts.delete, async (change, { params }) => {
    const part = await existingPart(change, params.number);
    const revisionIds = (await revisionsOf(change, [part.id])).map(({ id }) => id);
    await checkUnused(change, revisionIds, `Part "${part.number}"`);
    await deletePart(change, part.id);
    return { id: part.id, deletedRevisionIds: revisionIds };
  });
}

async function checkNumber(store: Store, number: string, ownId: string | null): Promise<void> {
  const other = await findPart(store, number);
  if (!other || other.id === ownId) return;
  throw conflict(`Part "${other.number}" already exists. Choose another number, or use that part.`);
}

/** Runs must not be deleted with a part. @throws RefusalError (409) while there are units of these revisions */
export async function checkUnused(store: Store, revisionIds: readonly string[], what: string): Promise<void> {
  const units = await countUnits(store, revisionIds);
  if (units === 0) return;
  throw conflict(
    `${what} cannot be deleted while there are units of it (${units}): they and their runs would be lost. ` +
      'Delete these units first, or give them another part or revision.',
  );
}

const withoutTime = ({ id, number }: RevisionRow) => ({ id, number });
