import { randomUUID } from 'node:crypto';
import { assistantMetadata } from '../shared/contract/startedBy.ts';
import { slotOfRun } from '../shared/run/newRun.ts';
import { attachToStudy } from './attachToStudy.ts';
import { creatorOf } from './http/authentication.ts';
import { badRequest, conflict, forbidden, notFound, unprocessable } from './http/refusalError.ts';
import { earlierRun } from './pushMarks.ts';
import { insertBatch } from './store/batches.ts';
import { timedId } from './store/ids.ts';
import { findPart, insertPart } from './store/parts.ts';
import type { ProcedureSummary } from './store/procedures.ts';
import type { FoundByPush, PlaceOfUnit, Push, PushTransaction, RunReferences } from './store/pushes.ts';
import { defaultRevisionNumber, insertRevision } from './store/revisions.ts';
import type { Creator } from './store/tables.ts';
import { changeUnitMetadata, findUnit, isWithin, setParentUnit } from './store/units.ts';
import { insertVersion } from './store/versions.ts';
import { inSpan } from './tracing/tracer.ts';

export interface PushedRun {
  readonly id: string;
  readonly existed: boolean;
}

/**
 * Stores a pushed run. All APIs push runs through this function.
 * @throws RefusalError if the caller may not push runs of the procedure (403), if the procedure (404) or a sub-unit
 *   (422) is unknown, if the run ends before it starts (400), or if the slot of the execution has a run or a mark was
 *   used with other content (409)
 */
export const pushRun = (transaction: PushTransaction, push: Push): Promise<PushedRun> =>
  inSpan('push', () => storeRun(transaction, push));

/** Most pushes name only what exists. Everything that few pushes do is done with `transaction.change()`. */
async function storeRun(transaction: PushTransaction, push: Push): Promise<PushedRun> {
  const { run, caller, marks } = push;
  const found = await transaction.find(push);
  const procedure = permittedProcedure(found, push);
  const earlier = earlierRun(found, push, procedure.id);
  if (earlier !== null) return { id: earlier, existed: true };
  if (run.endedAt < run.startedAt) {
    throw badRequest('The run ends before it starts: ended_at must not be before started_at.');
  }
  if (run.execution !== null && found.hasSlotRun) {
    throw conflict(`Slot "${run.execution.slotKey}" of execution "${run.execution.id}" has a run already.`);
  }
  const subUnitIds = run.subUnits.length === 0 ? [] : await permittedSubUnits(transaction, push);
  const by = creatorOf(caller);
  const id = timedId();
  const unit = await unitOfRun(transaction, push, found, by);
  await transaction.insertRun(inSlot(push), {
    id,
    procedureId: procedure.id,
    versionId: await versionOfRun(transaction, push, found, procedure.id, by),
    unit,
    subUnitIds,
    operatorId: found.operatorId,
    metadata: { ...run.metadata, ...(marks.isByAssistant ? assistantMetadata : {}) },
    by,
  });
  if (subUnitIds.length > 0) await setParentUnit(await transaction.change(), unit.id, subUnitIds);
  if (found.trial !== null) await attachToStudy(transaction, id, push, found.trial);
  if (Object.keys(run.unitMetadata).length > 0) {
    await changeUnitMetadata(await transaction.change(), unit.id, run.unitMetadata);
  }
  return { id, existed: false };
}

/** A run of one of several slots is an execution of its own, unless the script names one. */
function inSlot(push: Push): Push {
  const { run, marks } = push;
  if (marks.slot === null || run.execution !== null) return push;
  return { ...push, run: { ...run, execution: { id: randomUUID(), ...slotOfRun(marks.slot) } } };
}

/** @throws RefusalError if the procedure is unknown (404) or the caller may not push runs of it (403) */
export function permittedProcedure(
  { procedure, isLinked }: Pick<FoundByPush, 'procedure' | 'isLinked'>,
  { run, caller }: Push,
): ProcedureSummary {
  if (caller.kind === 'user') {
    if (procedure !== null) return procedure;
    throw notFound(
      `There is no procedure "${run.procedure}" on this server. Create it first, or check the procedure_id of the script.`,
    );
  }
  if (procedure !== null && isLinked) return procedure;
  const refused = `Station "${caller.name}" is not authorized to push runs of procedure "${procedure?.identifier ?? procedure?.name ?? run.procedure}"`;
  throw forbidden(
    procedure === null
      ? `${refused}: there is no such procedure on this server. Create it and link it to the station first.`
      : `${refused}: it is not linked to it. Link the procedure to the station first.`,
  );
}

async function permittedSubUnits(transaction: PushTransaction, { run }: Push): Promise<string[]> {
  const change = await transaction.change();
  const unit = await findUnit(change, run.serialNumber);
  const ids = new Set<string>();
  for (const serialNumber of run.subUnits) {
    const subUnit = await findUnit(change, serialNumber);
    if (!subUnit) throw unprocessable(`There is no unit "${serialNumber}" to be a sub-unit. Push a run of it first.`);
    if (unit && (await isWithin(change, unit.id, subUnit.id))) {
      throw unprocessable(
        `Unit "${subUnit.serial_number}" cannot be a sub-unit of "${run.serialNumber}": that is itself or is built into it.`,
      );
    }
    ids.add(subUnit.id);
  }
  return [...ids];
}

/** Returns the run's unit with its part, revision and batch. A known unit moves to the part that the run names. */
async function unitOfRun(
  transaction: PushTransaction,
  { run }: Push,
  { unit, revisionId, batchId }: FoundByPush,
  by: Creator,
): Promise<RunReferences['unit']> {
  const place: PlaceOfUnit = {
    revision_id: revisionId ?? (await newRevision(transaction, run, by)),
    batch_id:
      run.batch === null
        ? (unit?.batch_id ?? null)
        : (batchId ?? (await insertBatch(await transaction.change(), run.batch, by))),
  };
  if (unit === null) return { id: timedId(), ...place, state: 'new' };
  const isMoved = place.revision_id !== unit.revision_id || place.batch_id !== unit.batch_id;
  return { id: unit.id, ...place, state: isMoved ? 'moved' : 'unchanged' };
}

async function newRevision(
  transaction: PushTransaction,
  { partNumber, partName, revision }: Push['run'],
  by: Creator,
): Promise<string> {
  const change = await transaction.change();
  const part = await findPart(change, partNumber);
  const partId = part?.id ?? (await insertPart(change, { number: partNumber, name: partName ?? partNumber }, by));
  return insertRevision(change, { partId, number: revision ?? defaultRevisionNumber }, by);
}

async function versionOfRun(
  transaction: PushTransaction,
  { run }: Push,
  { versionId }: FoundByPush,
  procedureId: string,
  by: Creator,
): Promise<string | null> {
  if (run.procedureVersion === null || versionId !== null) return versionId;
  return insertVersion(await transaction.change(), procedureId, run.procedureVersion, by);
}
