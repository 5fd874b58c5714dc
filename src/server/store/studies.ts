import { randomInt, randomUUID } from 'node:crypto';
import * as z from 'zod';
import { type PlannedTrial, trialOrder } from '../../shared/analytics/trialOrder.ts';
import type { Outcome } from '../../shared/contract/common.ts';
import type { StudyTurn } from '../../shared/contract/operator.ts';
import { fold } from './fold.ts';
import type { Store, StoreTransaction } from './tables.ts';

const studyPlan = z.object({
  measurements: z.array(z.object({ phase_name: z.string(), measurement_name: z.string() })),
  parts: z.array(z.object({ serial_number: z.string(), is_good: z.boolean().nullable() })),
  appraisers: z.array(z.object({ name: z.string(), station_id: z.string() })),
  trials: z.number(),
});
export type StudyPlan = z.infer<typeof studyPlan>;

export interface StudyRow {
  readonly id: string;
  readonly procedure_id: string;
  readonly procedure_name: string;
  readonly name: string;
  readonly plan: StudyPlan;
  readonly seed: number;
  readonly active_since: number | null;
  readonly created_at: number;
}

export interface TrialRow extends PlannedTrial {
  readonly position: number;
  readonly serial_key: string;
  readonly station_id: string;
  readonly run_key: number | null;
}

const select = (store: Store) =>
  store
    .selectFrom('studies as s')
    .innerJoin('procedures as p', 'p.id', 's.procedure_id')
    .select(['s.id', 's.procedure_id', 'p.name as procedure_name', 's.name', 's.plan_json', 's.seed'])
    .select(['s.active_since', 's.created_at']);

type Selected = Awaited<ReturnType<ReturnType<typeof select>['executeTakeFirstOrThrow']>>;

const asRow = ({ plan_json, ...study }: Selected): StudyRow => ({
  ...study,
  plan: studyPlan.parse(JSON.parse(plan_json)),
});

export async function findStudy(store: Store, id: string): Promise<StudyRow | undefined> {
  const found = await select(store).where('s.id', '=', id).executeTakeFirst();
  return found && asRow(found);
}

export async function listStudies(store: Store, procedureId: string | undefined): Promise<StudyRow[]> {
  let query = select(store).orderBy('s.created_at', 'desc').orderBy('s.id');
  if (procedureId !== undefined) query = query.where('s.procedure_id', '=', procedureId);
  return (await query.execute()).map(asRow);
}

export async function doneTrials(store: Store): Promise<ReadonlyMap<string, number>> {
  const rows = await store
    .selectFrom('study_trials')
    .where('run_key', 'is not', null)
    .select('study_id')
    .select(({ fn }) => fn.countAll<number>().as('done'))
    .groupBy('study_id')
    .execute();
  return new Map(rows.map(({ study_id, done }) => [study_id, done]));
}

export async function insertStudy(
  change: StoreTransaction,
  {
    procedureId,
    name,
    plan,
    seed = randomInt(0x7fff_ffff),
    userId,
  }: { procedureId: string; name: string; plan: StudyPlan; seed: number | undefined; userId: string },
): Promise<string> {
  const id = randomUUID();
  await change
    .insertInto('studies')
    .values({
      id,
      procedure_id: procedureId,
      name,
      plan_json: JSON.stringify(plan),
      seed,
      active_since: null,
      created_at: Date.now(),
      created_by_user_id: userId,
    })
    .execute();
  const { parts, appraisers, trials } = plan;
  const order = trialOrder({ parts: parts.length, appraisers: appraisers.length, trials }, seed);
  for (const [index, planned] of order.entries()) {
    await change
      .insertInto('study_trials')
      .values({
        study_id: id,
        position: index + 1,
        ...planned,
        serial_key: fold(parts[planned.part]?.serial_number ?? ''),
        station_id: appraisers[planned.appraiser]?.station_id ?? '',
      })
      .execute();
  }
  return id;
}

export async function setStudy(
  change: StoreTransaction,
  id: string,
  values: { name?: string; active_since?: number | null },
): Promise<void> {
  if (Object.keys(values).length > 0) await change.updateTable('studies').set(values).where('id', '=', id).execute();
}

/** Deletes a study. Its runs stay and are in statistics again. */
export async function deleteStudy(change: StoreTransaction, id: string): Promise<void> {
  await change.deleteFrom('studies').where('id', '=', id).execute();
}

/** The trial on one of the stations need not be open, because it can be opened again while the study is active. */
export async function activeStudyOn(
  store: Store,
  stationIds: readonly string[],
): Promise<{ id: string; name: string } | undefined> {
  return store
    .selectFrom('studies as s')
    .where('s.active_since', 'is not', null)
    .where((where) =>
      where.exists(
        where
          .selectFrom('study_trials as t')
          .whereRef('t.study_id', '=', 's.id')
          .where('t.station_id', 'in', stationIds)
          .select('t.position'),
      ),
    )
    .select(['s.id', 's.name'])
    .executeTakeFirst();
}

export const trialsOf = (store: Store, studyId: string): Promise<TrialRow[]> =>
  store.selectFrom('study_trials').selectAll().where('study_id', '=', studyId).orderBy('position').execute();

export interface StudyRunRow {
  readonly key: number;
  readonly id: string;
  readonly position: number;
  readonly outcome: Outcome;
  readonly started_at: number;
}

export const runsOfStudy = (store: Store, studyId: string): Promise<StudyRunRow[]> =>
  store
    .selectFrom('study_runs as sr')
    .innerJoin('runs as r', 'r.key', 'sr.run_key')
    .where('sr.study_id', '=', studyId)
    .select(['r.key', 'r.id', 'sr.position', 'r.outcome', 'r.started_at'])
    .orderBy('r.started_at')
    .orderBy('r.key')
    .execute();

export async function newestOtherRun(store: Store, procedureId: string, stationId: string, since: number) {
  const newest = await store
    .selectFrom('runs as r')
    .innerJoin('units as u', 'u.id', 'r.unit_id')
    .leftJoin('study_runs as sr', 'sr.run_key', 'r.key')
    .where('r.procedure_id', '=', procedureId)
    .where('r.created_by_station_id', '=', stationId)
    .where('r.created_at', '>=', since)
    .select(['r.id', 'r.outcome', 'r.started_at', 'u.serial_number', 'sr.study_id'])
    .orderBy('r.created_at', 'desc')
    .orderBy('r.key', 'desc')
    .limit(1)
    .executeTakeFirst();
  return newest?.study_id === null ? newest : undefined;
}

/** Returns the next run of each active study by the id of its station. */
export async function studyTurns(store: Store): Promise<ReadonlyMap<string, StudyTurn>> {
  const active = await select(store).where('s.active_since', 'is not', null).execute();
  const turns = new Map<string, StudyTurn>();
  for (const { id, name, plan } of active.map(asRow)) {
    const next = (await trialsOf(store, id)).find(({ run_key }) => run_key === null);
    if (next === undefined) continue;
    turns.set(next.station_id, {
      name,
      position: next.position,
      run_count: plan.parts.length * plan.appraisers.length * plan.trials,
      serial_number: plan.parts[next.part]?.serial_number ?? '',
      appraiser: plan.appraisers[next.appraiser]?.name ?? '',
    });
  }
  return turns;
}

export const waitingTrial = z.object({ study_id: z.string(), position: z.number() });
export type WaitingTrial = z.infer<typeof waitingTrial>;

/** Makes a run one of the study. @param counts whether it is the run of the trial */
export async function addRunToStudy(
  change: StoreTransaction,
  run_key: number,
  { study_id, position }: WaitingTrial,
  counts: boolean,
): Promise<void> {
  await change
    .insertInto('study_runs')
    .values({ run_key, study_id, position })
    .onConflict((conflict) => conflict.column('run_key').doUpdateSet({ position }))
    .execute();
  if (!counts) return;
  await change
    .updateTable('study_trials')
    .set({ run_key })
    .where('study_id', '=', study_id)
    .where('position', '=', position)
    .execute();
  await change
    .updateTable('studies')
    .set({ active_since: null })
    .where('id', '=', study_id)
    .where('id', 'not in', (open) => open.selectFrom('study_trials').select('study_id').where('run_key', 'is', null))
    .execute();
}

export async function openTrial(change: StoreTransaction, studyId: string, position: number): Promise<void> {
  await change
    .updateTable('study_trials')
    .set({ run_key: null })
    .where('study_id', '=', studyId)
    .where('position', '=', position)
    .execute();
}

export async function releaseRun(change: StoreTransaction, runKey: number): Promise<void> {
  await change.updateTable('study_trials').set({ run_key: null }).where('run_key', '=', runKey).execute();
  await change.deleteFrom('study_runs').where('run_key', '=', runKey).execute();
}
