import { batches } from '../../../shared/contract/batches.ts';
import { creatorOf, readerOf } from '../../http/authentication.ts';
import { conflict } from '../../http/refusalError.ts';
import type { RouteServices } from '../../routeServices.ts';
import { deleteBatch, findBatch, insertBatch, listBatches, renameBatch, unitsOfBatch } from '../../store/batches.ts';
import { toPage } from '../../store/pages.ts';
import type { Store } from '../../store/tables.ts';
import { isoTime, parseTime } from '../../store/time.ts';
import { creatorAnswer, partAnswer } from '../answers.ts';
import { existingBatch } from '../existing.ts';

export function batchRoutes({ mount, mountChange, store }: RouteServices): void {
  mountChange(batches.create, async (change, { body: { number }, caller }) => {
    await checkNumber(change, number, null);
    return { id: await insertBatch(change, number, creatorOf(caller)) };
  });

  mount(batches.list, async ({ query }) => {
    const rows = await listBatches(store, {
      search: query.search_query,
      ids: query.ids,
      numbers: query.numbers,
      partNumbers: query.part_numbers,
      revisionNumbers: query.revision_numbers,
      createdAfter: parseTime(query.created_after),
      createdBefore: parseTime(query.created_before),
      sortBy: query.sort_by,
      sortOrder: query.sort_order,
      limit: query.limit,
      cursor: query.cursor,
    });
    const { data, meta } = toPage(rows, query);
    return {
      data: data.map((row) => ({
        id: row.id,
        number: row.number,
        created_at: isoTime(row.created_at),
        unit_count: row.unit_count,
        ...creatorAnswer(row),
      })),
      meta,
    };
  });

  mount(batches.get, async ({ params, caller }) => {
    const batch = await existingBatch(store, params.number);
    return {
      id: batch.id,
      number: batch.number,
      created_at: isoTime(batch.created_at),
      units: (await unitsOfBatch(store, batch.id, readerOf(caller))).map((unit) => ({
        id: unit.id,
        serial_number: unit.serial_number,
        created_at: isoTime(unit.created_at),
        part: partAnswer(unit),
      })),
      ...creatorAnswer(batch),
    };
  });

  mountChange(batches.update, async (change, { params, body: { new_number } }) => {
    const { id } = await existingBatch(change, params.number);
    await checkNumber(change, new_number, id);
    await renameBatch(change, id, new_number);
    return { id };
  });

  mountChange(batches.delete, async (change, { params }) => {
    const { id } = await existingBatch(change, params.number);
    await deleteBatch(change, id);
    return { id: [id] };
  });
}

async function checkNumber(store: Store, number: string, ownId: string | null): Promise<void> {
  const other = await findBatch(store, number);
  if (!other || other.id === ownId) return;
  throw conflict(`Batch "${other.number}" already exists. Choose another number, or use that batch.`);
}
