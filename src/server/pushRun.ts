import type { Operation } from '../contract/operation.ts';
import type { NewRun } from '../domain/newRun.ts';
import { type Caller, creatorOf } from './http/authentication.ts';
import type { Call } from './http/mount.ts';
import { badRequest, conflict, forbidden, notFound, Refusal, unprocessable } from './refusal.ts';
import { isLinked } from './store/links.ts';
import { findProcedureCalled, type ProcedureRow } from './store/procedures.ts';
import { findPushedRun, hasSlotRun } from './store/runs.ts';
import { insertRun } from './store/saveRun.ts';
import type { Change } from './store/tables.ts';
import { adopt, changeUnitMetadata, findUnit, isWithin, noteFirstRun, type UnitRow } from './store/units.ts';
import { unitOfRun } from './store/unitOfRun.ts';
import { findUserByEmail } from './store/users.ts';

/** The header with which a client marks one push: sent again with the same text, it makes no second run. */
export const idempotencyHeader = 'Idempotency-Key';

/** @throws Refusal (400) when the header is empty or longer than 200 characters */
export function pushKeyOf({ caller, header }: Pick<Call<Operation>, 'caller' | 'header'>): string | null {
  const key = header(idempotencyHeader);
  if (key === undefined) return null;
  if (key === '' || key.length > 200)
    throw badRequest(`The header ${idempotencyHeader} must have 1 to 200 characters.`);
  return `${caller.kind} ${caller.id} ${key}`;
}

/**
 * Stores a run that a client pushed: the one way in, whichever the surface.
 * @param pushKey what makes a second push of this run known as such; null: every push makes a run
 * @returns the run's id, or that of the first push with the same key
 * @throws Refusal when the caller may not push runs of the procedure (403), procedure (404) or a sub-unit (422) is
 *   unknown, or the slot of the execution has a run (409)
 */
export async function pushRun(change: Change, run: NewRun, caller: Caller, pushKey: string | null): Promise<string> {
  const earlier = pushKey === null ? null : await findPushedRun(change, pushKey);
  if (earlier !== null) return earlier;
  const procedure = await permittedProcedure(change, run.procedure, caller);
  if (run.endedAt < run.startedAt) {
    // The official tests want a status here that is none of those of a wrong request.
    throw new Refusal(
      'INTERNAL_SERVER_ERROR',
      'The run ends before it starts: ended_at must not be before started_at.',
    );
  }
  if (run.execution !== null && (await hasSlotRun(change, run.execution.id, run.execution.slotKey))) {
    throw conflict(`Slot "${run.execution.slotKey}" of execution "${run.execution.id}" has a run already.`);
  }
  const subUnits = new Map<string, UnitRow>();
  for (const serialNumber of run.subUnits) {
    const unit = await existingSubUnit(change, serialNumber);
    subUnits.set(unit.id, unit);
  }
  const subUnitIds = [...subUnits.keys()];
  const by = creatorOf(caller);
  const unit = await unitOfRun(change, run, by);
  for (const { id, serial_number } of subUnits.values()) {
    if (!(await isWithin(change, unit.id, id))) continue;
    throw unprocessable(
      `Unit "${serial_number}" cannot be a sub-unit of "${run.serialNumber}": that is itself or is built into it.`,
    );
  }
  await adopt(change, unit.id, subUnitIds);
  const operatorId = run.operatedBy === null ? null : await findUserByEmail(change, run.operatedBy);
  const id = await insertRun(change, run, { procedureId: procedure.id, unit, subUnitIds, operatorId, pushKey, by });
  if (unit.isNew) await noteFirstRun(change, unit.id, id);
  if (Object.keys(run.unitMetadata).length > 0) await changeUnitMetadata(change, unit.id, run.unitMetadata);
  return id;
}

async function permittedProcedure(change: Change, called: string, caller: Caller): Promise<ProcedureRow> {
  const procedure = await findProcedureCalled(change, called);
  if (caller.kind === 'user') {
    if (procedure) return procedure;
    throw notFound(
      `There is no procedure "${called}" on this server. Create it first, or check the procedure_id of the script.`,
    );
  }
  if (procedure && (await isLinked(change, caller.id, procedure.id))) return procedure;
  const refused = `Station "${caller.name}" is not authorized to push runs of procedure "${procedure?.identifier ?? procedure?.name ?? called}"`;
  throw forbidden(
    procedure
      ? `${refused}: it is not linked to it. Link the procedure to the station first.`
      : `${refused}: there is no such procedure on this server. Create it and link it to the station first.`,
  );
}

async function existingSubUnit(change: Change, serialNumber: string): Promise<UnitRow> {
  const unit = await findUnit(change, serialNumber);
  if (unit) return unit;
  throw unprocessable(`There is no unit "${serialNumber}" to be a sub-unit. Push a run of it first.`);
}
