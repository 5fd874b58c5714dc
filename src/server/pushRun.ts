import type { NewRun } from '../domain/newRun.ts';
import { type Caller, creatorOf } from './http/authentication.ts';
import { badRequest, forbidden, notFound } from './refusal.ts';
import { isLinked } from './store/links.ts';
import { findProcedureCalled, type ProcedureRow } from './store/procedures.ts';
import { insertRun } from './store/saveRun.ts';
import type { Change } from './store/tables.ts';
import { adopt, findUnit, isWithin, type UnitRow, unitOfRun } from './store/units.ts';

/**
 * Stores a run that a client pushed: the one way in, whichever the surface.
 * @returns the run's id
 * @throws Refusal when the caller may not push runs of the procedure (403), or procedure (404) or a sub-unit (400) is unknown
 */
export async function pushRun(change: Change, run: NewRun, caller: Caller): Promise<string> {
  const procedure = await permittedProcedure(change, run.procedure, caller);
  const subUnits = new Map<string, UnitRow>();
  for (const serialNumber of run.subUnits) {
    const unit = await existingSubUnit(change, serialNumber);
    subUnits.set(unit.id, unit);
  }
  const subUnitIds = [...subUnits.keys()];
  const by = creatorOf(caller);
  const unitId = await unitOfRun(change, run, by);
  for (const { id, serial_number } of subUnits.values()) {
    if (!(await isWithin(change, unitId, id))) continue;
    throw badRequest(
      `Unit "${serial_number}" cannot be a sub-unit of "${run.serialNumber}": that is itself or is built into it.`,
    );
  }
  await adopt(change, unitId, subUnitIds);
  return insertRun(change, run, { procedureId: procedure.id, unitId, subUnitIds, by });
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
  throw badRequest(`There is no unit "${serialNumber}" to be a sub-unit. Push a run of it first.`);
}
