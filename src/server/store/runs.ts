import * as z from 'zod';
import { fold } from './fold.ts';
import { isReadableRun, type Reader } from './readers.ts';
import type { Store, StoreTransaction } from './tables.ts';

export const selectRuns = (store: Store) =>
  store
    .selectFrom('runs as r')
    .innerJoin('procedures as p', 'p.id', 'r.procedure_id')
    .leftJoin('procedure_versions as v', 'v.id', 'r.version_id')
    .innerJoin('units as u', 'u.id', 'r.unit_id')
    .innerJoin('revisions as rev', 'rev.id', 'u.revision_id')
    .innerJoin('parts as part', 'part.id', 'rev.part_id')
    .leftJoin('batches as b', 'b.id', 'u.batch_id')
    .leftJoin('users as who', 'who.id', 'r.created_by_user_id')
    .leftJoin('stations as s', 's.id', 'r.created_by_station_id')
    .leftJoin('users as operator', 'operator.id', 'r.operator_id')
    .leftJoin('study_runs as sr', 'sr.run_key', 'r.key')
    .leftJoin('studies as study', 'study.id', 'sr.study_id')
    .select(['r.key', 'r.id', 'r.outcome', 'r.started_at', 'r.ended_at', 'r.created_at', 'r.docstring'])
    .select(['r.execution_id', 'r.slot_key', 'r.slot_name', 'r.context_json'])
    .select(['p.id as procedure_id', 'p.name as procedure_name', 'v.id as version_id', 'v.tag as version_tag'])
    .select(['u.id as unit_id', 'u.serial_number', 'u.sample', 'part.id as part_id', 'part.number as part_number'])
    .select(['part.name as part_name', 'rev.id as revision_id', 'rev.number as revision_number'])
    .select(['b.id as batch_id', 'b.number as batch_number', 's.id as station_id', 's.name as station_name'])
    .select(['who.id as user_id', 'who.name as user_name', 'who.email as user_email'])
    .select(['study.id as study_id', 'study.name as study_name'])
    .select(['r.operated_by', 'r.operator_id', 'operator.name as operator_name', 'operator.email as operator_email']);

export type RunRow = NonNullable<Awaited<ReturnType<typeof findRun>>>;

export async function findRun(store: Store, id: string, reader: Reader = null) {
  return selectRuns(store).where('r.id', '=', id.toLowerCase()).where(isReadableRun(reader)).executeTakeFirst();
}

export async function findRunKey(store: Store, id: string): Promise<number> {
  return (await store.selectFrom('runs').select('key').where('id', '=', id).executeTakeFirstOrThrow()).key;
}

/**
 * The marks by which a repeated push is recognized: its `Idempotency-Key` and `client_run_ref`, each with the caller, and
 * the hash of its content. Each is null if there is none. Also, whether an assistant started the run,
 * and the slot in which the unit was tested, if there are several.
 */
export interface PushMarks {
  readonly pushKey: string | null;
  readonly refKey: string | null;
  readonly hash: string | null;
  readonly isByAssistant: boolean;
  readonly slot: number | null;
}

export const markedRun = z.object({
  id: z.string(),
  push_hash: z.string().nullable(),
  procedure_id: z.string(),
  outcome: z.string(),
  serial_key: z.string(),
});
export type MarkedRun = z.infer<typeof markedRun>;

export async function runsOfUnit(store: Store, serialNumber: string, reader: Reader): Promise<RunRow[]> {
  return selectRuns(store)
    .where('u.serial_key', '=', fold(serialNumber))
    .where(isReadableRun(reader))
    .orderBy('r.started_at', 'desc')
    .orderBy('r.key', 'desc')
    .execute();
}

export async function countRuns(
  store: Store,
  column: 'procedure_id' | 'version_id',
  id: string,
  reader: Reader,
): Promise<number> {
  const { runs } = await store
    .selectFrom('runs as r')
    .where(`r.${column}`, '=', id)
    .where(isReadableRun(reader))
    .select(({ fn }) => fn.countAll<number>().as('runs'))
    .executeTakeFirstOrThrow();
  return runs;
}

export async function countAllRuns(store: Store): Promise<number> {
  const { count } = await store
    .selectFrom('runs')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return count;
}

export async function existingRuns(store: Store, ids: readonly string[]): Promise<string[]> {
  const rows = await store.selectFrom('runs').select('id').where('id', 'in', ids).execute();
  return rows.map(({ id }) => id);
}

/** Returns the ids of the attachments of the runs, whose contents can be deleted too. */
export async function deleteRuns(change: StoreTransaction, ids: readonly string[]): Promise<string[]> {
  const uploads = await change.selectFrom('uploads').select('id').where('run_id', 'in', ids).execute();
  await change.deleteFrom('runs').where('id', 'in', ids).execute();
  return uploads.map(({ id }) => id);
}
