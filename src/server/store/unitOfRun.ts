import type { NewRun } from '../../domain/newRun.ts';
import { findBatch, insertBatch } from './batches.ts';
import { findPart, insertPart } from './parts.ts';
import { findRevision, firstRevision, insertRevision, revisionsOf } from './revisions.ts';
import type { Change, Creator } from './tables.ts';
import { findUnit, insertUnit, type UnitRow, updateUnit } from './units.ts';

/** The unit that a run is of. */
export interface UnitOfRun {
  id: string;
  revision_id: string;
  batch_id: string | null;
  /** It was made for this run. */
  isNew: boolean;
}

/** Finds the run's unit or makes it, with part, revision and batch. A known unit moves to the part that the run names. */
export async function unitOfRun(change: Change, run: NewRun, by: Creator): Promise<UnitOfRun> {
  const unit = await findUnit(change, run.serialNumber);
  const revision_id = await revisionOf(change, run, unit, by);
  const batch_id = run.batch === null ? (unit?.batch_id ?? null) : await batchOf(change, run.batch, by);
  if (!unit) {
    const made = { serial_number: run.serialNumber, revision_id, batch_id, sample: null };
    return { id: await insertUnit(change, made, by), revision_id, batch_id, isNew: true };
  }
  if (revision_id !== unit.revision_id || batch_id !== unit.batch_id) {
    await updateUnit(change, unit.id, { revision_id, batch_id });
  }
  return { id: unit.id, revision_id, batch_id, isNew: false };
}

async function revisionOf(change: Change, run: NewRun, unit: UnitRow | null, by: Creator): Promise<string> {
  const partId = await partOf(change, run, by);
  if (run.revision === null) {
    const revisions = await revisionsOf(change, [partId]);
    const kept = revisions.find(({ id }) => id === unit?.revision_id) ?? revisions[0];
    if (kept) return kept.id;
  }
  const number = run.revision ?? firstRevision;
  const found = await findRevision(change, partId, number);
  return found?.id ?? insertRevision(change, { partId, number }, by);
}

async function partOf(change: Change, { partNumber, partName }: NewRun, by: Creator): Promise<string> {
  const part = await findPart(change, partNumber);
  return part?.id ?? insertPart(change, { number: partNumber, name: partName ?? partNumber }, by);
}

/** The batch of that number, which is made when there is none. */
export async function batchOf(change: Change, number: string, by: Creator): Promise<string> {
  const batch = await findBatch(change, number);
  return batch?.id ?? insertBatch(change, number, by);
}
