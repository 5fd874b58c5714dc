import { type Caller, readerOf } from '../http/authentication.ts';
import { forbidden, notFound } from '../http/refusalError.ts';
import { findBatch } from '../store/batches.ts';
import { findPart, type PartDetails } from '../store/parts.ts';
import { findProcedure, type ProcedureRow } from '../store/procedures.ts';
import { findRevision, type RevisionDetails } from '../store/revisions.ts';
import { findRun, type RunRow } from '../store/runs.ts';
import { findStation, type StationRow } from '../store/stations.ts';
import type { Store } from '../store/tables.ts';
import { findUnit, type UnitRow } from '../store/units.ts';
import { findUpload, type UploadRow } from '../store/uploads.ts';
import { findVersion } from '../store/versions.ts';

const deletedReason = 'it was deleted, or belongs to another server.';
const unknownReason = 'it was deleted or renamed, or was never on this server. Check how it is written.';

/** @throws RefusalError (404), as all functions of this file do. The official tests look for the words "not found". */
export function orNotFound<T>(row: T | null | undefined, what: string, why = unknownReason): T {
  if (row !== null && row !== undefined) return row;
  throw notFound(`${what} not found: ${why}`);
}

export const existingStation = async (store: Store, id: string): Promise<StationRow> =>
  orNotFound(await findStation(store, id), `Station with id ${id}`, deletedReason);

export const existingProcedure = async (store: Store, id: string): Promise<ProcedureRow> =>
  orNotFound(await findProcedure(store, id), `Procedure with id ${id}`, deletedReason);

export const existingVersion = async (store: Store, procedure: ProcedureRow, tag: string) =>
  orNotFound(await findVersion(store, procedure.id, tag), `Version "${tag}" of procedure "${procedure.name}"`);

export const existingPart = async (store: Store, number: string): Promise<PartDetails> =>
  orNotFound(await findPart(store, number), `Part "${number}"`);

export async function existingRevision(
  store: Store,
  partNumber: string,
  number: string,
): Promise<{ part: PartDetails; revision: RevisionDetails }> {
  const part = await findPart(store, partNumber);
  const revision = part && (await findRevision(store, part.id, number));
  if (part && revision) return { part, revision };
  throw notFound(`Revision "${number}" of part "${part?.number ?? partNumber}" not found: ${unknownReason}`);
}

export const existingBatch = async (store: Store, number: string) =>
  orNotFound(await findBatch(store, number), `Batch "${number}"`);

export const existingUnit = async (store: Store, serialNumber: string): Promise<UnitRow> =>
  orNotFound(await findUnit(store, serialNumber), `Unit "${serialNumber}"`);

export const existingUpload = async (store: Store, id: string): Promise<UploadRow> =>
  orNotFound(await findUpload(store, id), `Upload with id ${id}`, deletedReason);

export const existingRun = async (store: Store, id: string): Promise<RunRow> =>
  orNotFound(await findRun(store, id), `Run with id ${id}`, deletedReason);

/** @throws RefusalError (403) if a station asks for something of another one, such as to "read the calendar of" it */
export function requireOwnStation(caller: Caller, id: string, what: string): void {
  if (caller.kind === 'user' || caller.id === id) return;
  throw forbidden(`This is the key of station "${caller.name}": it cannot ${what} another station.`);
}

export const notReadable = ({ name }: Caller): string =>
  `is neither a run of station "${name}" nor of a procedure that is linked to it`;

export async function readableRun(store: Store, id: string, caller: Caller): Promise<RunRow> {
  const why =
    caller.kind === 'station' ? `it was deleted, belongs to another server, or ${notReadable(caller)}.` : deletedReason;
  return orNotFound(await findRun(store, id, readerOf(caller)), `Run with id ${id}`, why);
}

/**
 * Returns the image of a row after a request. TofuPilot accepts any upload, finalized or not.
 * @param asked the id of an upload, '' for no image, undefined to keep the current one
 * @throws RefusalError (404) if there is no such upload
 */
export async function resolveImage(
  store: Store,
  asked: string | undefined,
  now: string | null,
): Promise<string | null> {
  if (asked === undefined) return now;
  return asked === '' ? null : (await existingUpload(store, asked)).id;
}
