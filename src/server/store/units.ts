import { randomUUID } from 'node:crypto';
import type { NewRun } from '../../domain/newRun.ts';
import { fold } from './fold.ts';
import type { Change, Creator, Store } from './tables.ts';

export interface UnitRow {
  id: string;
  serial_number: string;
  revision_id: string;
  batch_id: string | null;
  parent_id: string | null;
}

const firstRevision = 'A';

export async function findUnit(store: Store, serialNumber: string): Promise<UnitRow | null> {
  const row = await store
    .selectFrom('units')
    .select(['id', 'serial_number', 'revision_id', 'batch_id', 'parent_id'])
    .where('serial_key', '=', fold(serialNumber))
    .executeTakeFirst();
  return row ?? null;
}

/** Finds the run's unit or makes it, with part, revision and batch. A known unit moves to the part that the run names. */
export async function unitOfRun(change: Change, run: NewRun, by: Creator): Promise<string> {
  const unit = await findUnit(change, run.serialNumber);
  const revision_id = await revisionOf(change, run, unit, by);
  const batch_id = run.batch === null ? (unit?.batch_id ?? null) : await batchOf(change, run.batch, by);
  if (unit) {
    await change.updateTable('units').set({ revision_id, batch_id }).where('id', '=', unit.id).execute();
    return unit.id;
  }
  const id = randomUUID();
  await change
    .insertInto('units')
    .values({
      id,
      serial_number: run.serialNumber,
      serial_key: fold(run.serialNumber),
      revision_id,
      batch_id,
      parent_id: null,
      created_at: Date.now(),
      ...by,
    })
    .execute();
  return id;
}

/** Moves the units below `parentId`; an earlier parent loses them. */
export async function adopt(change: Change, parentId: string, unitIds: readonly string[]): Promise<void> {
  if (unitIds.length === 0) return;
  await change.updateTable('units').set({ parent_id: parentId }).where('id', 'in', unitIds).execute();
}

/** Whether `unitId` is `ancestorId` or somewhere below it. */
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

async function revisionOf(change: Change, run: NewRun, unit: UnitRow | null, by: Creator): Promise<string> {
  const partId = await partOf(change, run, by);
  const revisions = await change
    .selectFrom('revisions')
    .select(['id', 'number_key'])
    .where('part_id', '=', partId)
    .orderBy('created_at')
    .execute();
  const wanted = run.revision === null ? undefined : fold(run.revision);
  const found =
    wanted === undefined
      ? (revisions.find(({ id }) => id === unit?.revision_id) ?? revisions[0])
      : revisions.find(({ number_key }) => number_key === wanted);
  if (found) return found.id;
  const id = randomUUID();
  const number = run.revision ?? firstRevision;
  await change
    .insertInto('revisions')
    .values({ id, part_id: partId, number, number_key: fold(number), created_at: Date.now(), ...by })
    .execute();
  return id;
}

async function partOf(change: Change, { partNumber, partName }: NewRun, by: Creator): Promise<string> {
  const number_key = fold(partNumber);
  const part = await change.selectFrom('parts').select('id').where('number_key', '=', number_key).executeTakeFirst();
  if (part) return part.id;
  const id = randomUUID();
  await change
    .insertInto('parts')
    .values({ id, number: partNumber, number_key, name: partName ?? partNumber, created_at: Date.now(), ...by })
    .execute();
  return id;
}

async function batchOf(change: Change, number: string, by: Creator): Promise<string> {
  const number_key = fold(number);
  const batch = await change.selectFrom('batches').select('id').where('number_key', '=', number_key).executeTakeFirst();
  if (batch) return batch.id;
  const id = randomUUID();
  await change
    .insertInto('batches')
    .values({ id, number, number_key, created_at: Date.now(), ...by })
    .execute();
  return id;
}
