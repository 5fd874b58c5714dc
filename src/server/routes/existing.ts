import { notFound } from '../refusal.ts';
import { findProcedure, type ProcedureRow } from '../store/procedures.ts';
import { findStation, type StationRow } from '../store/stations.ts';
import type { Store } from '../store/tables.ts';

/** @throws Refusal (404) */
export async function existingStation(store: Store, id: string): Promise<StationRow> {
  const station = await findStation(store, id);
  if (station) return station;
  throw notFound(`There is no station with the id ${id}: it was removed, or belongs to another server.`);
}

/** @throws Refusal (404) */
export async function existingProcedure(store: Store, id: string): Promise<ProcedureRow> {
  const procedure = await findProcedure(store, id);
  if (procedure) return procedure;
  throw notFound(`There is no procedure with the id ${id}: it was deleted, or belongs to another server.`);
}
