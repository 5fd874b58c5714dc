import { assistantMetadata } from '../shared/contract/startedBy.ts';
import type { NewRun } from '../shared/run/newRun.ts';
import { attachToStudy } from './attachToStudy.ts';
import { type Caller, creatorOf } from './http/authentication.ts';
import { badRequest, conflict, forbidden, notFound, unprocessable } from './http/refusalError.ts';
import { findEarlierRun } from './pushMarks.ts';
import { timedId } from './store/ids.ts';
import { changeRunMetadata } from './store/metadata.ts';
import type { ProcedureSummary } from './store/procedures.ts';
import type { Pushes, WriteContext } from './store/pushes.ts';
import type { PushMarks } from './store/runs.ts';
import type { Store } from './store/tables.ts';
import { findOrCreateUnit } from './store/unitOfRun.ts';
import { changeUnitMetadata, isWithin, setParentUnit } from './store/units.ts';
import { findUserByEmail } from './store/users.ts';
import { findOrCreateVersion } from './store/versions.ts';
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
export const pushRun = (context: WriteContext, run: NewRun, caller: Caller, marks: PushMarks): Promise<PushedRun> =>
  inSpan('push', () => storeRun(context, run, caller, marks));

async function storeRun(context: WriteContext, run: NewRun, caller: Caller, marks: PushMarks): Promise<PushedRun> {
  const { change, pushes } = context;
  const procedure = await permittedProcedure(pushes, change, run.procedure, caller);
  const earlier = await findEarlierRun(context, marks, run, procedure.id);
  if (earlier !== null) return { id: earlier, existed: true };
  if (run.endedAt < run.startedAt) {
    throw badRequest('The run ends before it starts: ended_at must not be before started_at.');
  }
  const { execution } = run;
  if (execution !== null && (await pushes.hasSlotRun(change, execution.id, execution.slotKey))) {
    throw conflict(`Slot "${execution.slotKey}" of execution "${execution.id}" has a run already.`);
  }
  const subUnitIds = await permittedSubUnits(context, run);
  const operatorId = run.operatedBy === null ? null : await findUserByEmail(change, run.operatedBy);
  const by = creatorOf(caller);
  const id = timedId();
  const unit = await findOrCreateUnit(context, run, id, by);
  await setParentUnit(change, unit.id, subUnitIds);
  const versionId =
    run.procedureVersion === null ? null : await findOrCreateVersion(context, procedure.id, run.procedureVersion, by);
  const key = await pushes.insertRun(change, run, {
    id,
    procedureId: procedure.id,
    versionId,
    unit,
    subUnitIds,
    operatorId,
    marks,
    by,
  });
  if (caller.kind === 'station') {
    await attachToStudy(context, key, run, { procedureId: procedure.id, stationId: caller.id });
  }
  await changeRunMetadata(change, key, { ...run.metadata, ...(marks.isByAssistant ? assistantMetadata : {}) });
  if (Object.keys(run.unitMetadata).length > 0) await changeUnitMetadata(change, unit.id, run.unitMetadata);
  return { id, existed: false };
}

/** @throws RefusalError if the procedure is unknown (404) or the caller may not push runs of it (403) */
export async function permittedProcedure(
  pushes: Pushes,
  store: Store,
  called: string,
  caller: Caller,
): Promise<ProcedureSummary> {
  const procedure = await pushes.findProcedure(store, called);
  if (caller.kind === 'user') {
    if (procedure) return procedure;
    throw notFound(
      `There is no procedure "${called}" on this server. Create it first, or check the procedure_id of the script.`,
    );
  }
  if (procedure && (await pushes.isLinked(store, caller.id, procedure.id))) return procedure;
  const refused = `Station "${caller.name}" is not authorized to push runs of procedure "${procedure?.identifier ?? procedure?.name ?? called}"`;
  throw forbidden(
    procedure
      ? `${refused}: it is not linked to it. Link the procedure to the station first.`
      : `${refused}: there is no such procedure on this server. Create it and link it to the station first.`,
  );
}

async function permittedSubUnits({ change, pushes }: WriteContext, run: NewRun): Promise<string[]> {
  if (run.subUnits.length === 0) return [];
  const unit = await pushes.findUnit(change, run.serialNumber);
  const ids = new Set<string>();
  for (const serialNumber of run.subUnits) {
    const subUnit = await pushes.findUnit(change, serialNumber);
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
