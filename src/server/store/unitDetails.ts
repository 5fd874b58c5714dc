import { fold } from './fold.ts';
import { isReadableRun, isReadableUnit, type Reader } from './readers.ts';
import type { Store } from './tables.ts';
import { selectUnits, type UnitListRow } from './unitList.ts';

const relatives = (store: Store) =>
  store
    .selectFrom('units as u')
    .innerJoin('revisions as rev', 'rev.id', 'u.revision_id')
    .innerJoin('parts as part', 'part.id', 'rev.part_id')
    .select(['u.id', 'u.serial_number', 'part.id as part_id', 'part.number as part_number', 'part.name as part_name'])
    .select(['rev.id as revision_id', 'rev.number as revision_number']);

export type RelativeRow = Awaited<ReturnType<typeof childrenOf>>[number];

/** Finds a unit that the reader may read. */
export async function findUnitDetails(store: Store, serialNumber: string, reader: Reader): Promise<UnitListRow | null> {
  const found = selectUnits(store, reader).where('u.serial_key', '=', fold(serialNumber)).where(isReadableUnit(reader));
  return (await found.executeTakeFirst()) ?? null;
}

/** Returns the direct sub-units of a unit, by serial number. */
export async function childrenOf(store: Store, unitId: string) {
  return relatives(store).where('u.parent_id', '=', unitId).orderBy('u.serial_key').execute();
}

export async function findRelative(store: Store, unitId: string): Promise<RelativeRow | null> {
  return (await relatives(store).where('u.id', '=', unitId).executeTakeFirst()) ?? null;
}

/** Returns the run that a unit was created for, if the reader may read it. */
export async function findCreationRun(store: Store, runId: string, reader: Reader) {
  return store
    .selectFrom('runs as r')
    .innerJoin('procedures as p', 'p.id', 'r.procedure_id')
    .select(['r.id', 'r.created_at', 'r.started_at', 'r.ended_at', 'r.outcome'])
    .select(['p.id as procedure_id', 'p.name as procedure_name'])
    .where('r.id', '=', runId)
    .where(isReadableRun(reader))
    .executeTakeFirst();
}
