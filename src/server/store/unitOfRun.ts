import type { NewRun } from '../../shared/run/newRun.ts';
import { findOrCreateBatch } from './batches.ts';
import { timedId } from './ids.ts';
import { findPart, insertPart } from './parts.ts';
import type { PlaceOfUnit, WriteContext } from './pushes.ts';
import { defaultRevisionNumber, insertRevision } from './revisions.ts';
import type { Creator, StoreTransaction } from './tables.ts';

/**
 * Finds the run's unit, or creates it, with part, revision and batch. A known unit moves to the part that the run
 * names.
 * @param runId the id of the run, which need not be stored yet
 */
export async function findOrCreateUnit(
  context: WriteContext,
  run: NewRun,
  runId: string,
  by: Creator,
): Promise<PlaceOfUnit & { id: string }> {
  const { change, pushes } = context;
  const unit = await pushes.findUnit(change, run.serialNumber);
  const revision_id = (await pushes.findRevision(change, run, unit)) ?? (await newRevision(change, run, by));
  const batch_id = run.batch === null ? (unit?.batch_id ?? null) : await findOrCreateBatch(context, run.batch, by);
  const id = unit?.id ?? timedId();
  if (!unit) {
    await pushes.insertUnit(change, { id, serialNumber: run.serialNumber, revision_id, batch_id, runId, by });
  } else if (revision_id !== unit.revision_id || batch_id !== unit.batch_id) {
    await pushes.moveUnit(change, id, { revision_id, batch_id });
  }
  return { id, revision_id, batch_id };
}

async function newRevision(
  change: StoreTransaction,
  { partNumber, partName, revision }: NewRun,
  by: Creator,
): Promise<string> {
  const part = await findPart(change, partNumber);
  const partId = part?.id ?? (await insertPart(change, { number: partNumber, name: partName ?? partNumber }, by));
  return insertRevision(change, { partId, number: revision ?? defaultRevisionNumber }, by);
}
