import type { MetadataChange } from '../../shared/contract/metadata.ts';
import type { Sample } from '../../shared/contract/units.ts';
import { fold } from './fold.ts';
import { timedId } from './ids.ts';
import { changedMetadata } from './metadata.ts';
import { isReadableRun, isReadableUnit, type Reader } from './readers.ts';
import type { Creator, Store, StoreTransaction } from './tables.ts';
import { selectUnits, type UnitListRow } from './unitList.ts';
import { isTextIn } from './words.ts';

export interface UnitRow {
  id: string;
  serial_number: string;
  revision_id: string;
  batch_id: string | null;
  parent_id: string | null;
  sample: Sample | null;
  metadata_json: string;
}

export async function findUnit(store: Store, serialNumber: string): Promise<UnitRow | null> {
  const row = await store
    .selectFrom('units')
    .select(['id', 'serial_number', 'revision_id', 'batch_id', 'parent_id', 'sample', 'metadata_json'])
    .where('serial_key', '=', fold(serialNumber))
    .executeTakeFirst();
  return row ?? null;
}

interface NewUnit {
  serial_number: string;
  revision_id: string;
  batch_id: string | null;
  sample: Sample | null;
  metadata_json?: string;
}

export async function insertUnit(change: StoreTransaction, unit: NewUnit, by: Creator): Promise<string> {
  const id = timedId();
  await change
    .insertInto('units')
    .values({
      id,
      ...unit,
      serial_key: fold(unit.serial_number),
      parent_id: null,
      created_at: Date.now(),
      ...by,
    })
    .execute();
  return id;
}

export async function updateUnit(change: StoreTransaction, id: string, unit: Partial<NewUnit>): Promise<void> {
  const key = unit.serial_number === undefined ? {} : { serial_key: fold(unit.serial_number) };
  await change
    .updateTable('units')
    .set({ ...unit, ...key })
    .where('id', '=', id)
    .execute();
}

/** Deletes a unit with its runs and attachments. Its sub-units stay. */
export async function deleteUnit(change: StoreTransaction, id: string): Promise<void> {
  await change.deleteFrom('units').where('id', '=', id).execute();
}

/** Null removes a key. @throws RefusalError (400) if there would be too many keys */
export async function changeUnitMetadata(change: StoreTransaction, id: string, changes: MetadataChange): Promise<void> {
  const { metadata_json } = await change
    .selectFrom('units')
    .select('metadata_json')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  await updateUnit(change, id, { metadata_json: changedMetadata(metadata_json, changes) });
}

export async function setParentUnit(
  change: StoreTransaction,
  parentId: string | null,
  unitIds: readonly string[],
): Promise<void> {
  if (unitIds.length === 0) return;
  await change.updateTable('units').set({ parent_id: parentId }).where(isTextIn('id', unitIds)).execute();
}

/** Returns whether `unitId` is `ancestorId` or one of its direct or indirect sub-units. */
export async function isWithin(store: Store, unitId: string, ancestorId: string): Promise<boolean> {
  let id: string | null = unitId;
  while (id !== null && id !== ancestorId) {
    const row: { parent_id: string | null } | undefined = await store
      .selectFrom('units')
      .select('parent_id')
      .where('id', '=', id)
      .executeTakeFirst();
    id = row?.parent_id ?? null;
  }
  return id !== null;
}

export async function partOfUnit(store: Store, { revision_id }: UnitRow): Promise<{ id: string; number: string }> {
  return store
    .selectFrom('revisions as rev')
    .innerJoin('parts as p', 'p.id', 'rev.part_id')
    .select(['p.id', 'p.number'])
    .where('rev.id', '=', revision_id)
    .executeTakeFirstOrThrow();
}

const relatives = (store: Store) =>
  store
    .selectFrom('units as u')
    .innerJoin('revisions as rev', 'rev.id', 'u.revision_id')
    .innerJoin('parts as part', 'part.id', 'rev.part_id')
    .select(['u.id', 'u.serial_number', 'part.id as part_id', 'part.number as part_number', 'part.name as part_name'])
    .select(['rev.id as revision_id', 'rev.number as revision_number']);

export type RelativeRow = Awaited<ReturnType<typeof childrenOf>>[number];

export async function findUnitDetails(store: Store, serialNumber: string, reader: Reader): Promise<UnitListRow | null> {
  const found = selectUnits(store, reader).where('u.serial_key', '=', fold(serialNumber)).where(isReadableUnit(reader));
  return (await found.executeTakeFirst()) ?? null;
}

export async function childrenOf(store: Store, unitId: string) {
  return relatives(store).where('u.parent_id', '=', unitId).orderBy('u.serial_key').execute();
}

export async function findRelative(store: Store, unitId: string): Promise<RelativeRow | null> {
  return (await relatives(store).where('u.id', '=', unitId).executeTakeFirst()) ?? null;
}

export async function findCreationRun(store: Store, runId: string, reader: Reader) {
  return store
    .selectFrom('runs as r')
    .innerJoin('procedures as p', 'p.id', 'r.procedure_id')
    .select(['r.id', 'r.created_at', 'r.started_at', 'r.ended_at', 'r.outcome'])
    .select(['p.id as procedure_id', 'p.name as procedure_name'])
    .where('r.id', '=', runId)
    .where(isReadableRun(reader))
    .executeTakeFirst();
}
