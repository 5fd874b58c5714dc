import type { Store, StoreTransaction } from './tables.ts';

export async function addLink(change: StoreTransaction, station_id: string, procedure_id: string): Promise<void> {
  await change
    .insertInto('station_procedures')
    .values({ station_id, procedure_id, linked_at: Date.now() })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export async function isLinked(store: Store, stationId: string, procedureId: string): Promise<boolean> {
  const link = store
    .selectFrom('station_procedures')
    .select('linked_at')
    .where('station_id', '=', stationId)
    .where('procedure_id', '=', procedureId);
  return (await link.executeTakeFirst()) !== undefined;
}

export async function deleteLink(change: StoreTransaction, stationId: string, procedureId: string): Promise<boolean> {
  const { numDeletedRows } = await change
    .deleteFrom('station_procedures')
    .where('station_id', '=', stationId)
    .where('procedure_id', '=', procedureId)
    .executeTakeFirstOrThrow();
  return numDeletedRows > 0n;
}
