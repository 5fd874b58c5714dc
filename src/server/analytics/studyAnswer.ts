import { isReading } from '../../shared/analytics/summarizeDay.ts';
import type { TestedMeasurement, TestedPhase } from '../../shared/analytics/testedRun.ts';
import type { Study, StudySummary, StudyValue } from '../../shared/contract/studies.ts';
import { lastAttempts } from '../../shared/run/attempts.ts';
import {
  doneTrials,
  listStudies,
  newestOtherRun,
  runsOfStudy,
  type StudyPlan,
  type StudyRow,
  type StudyRunRow,
  type TrialRow,
  trialsOf,
} from '../store/studies.ts';
import type { Store } from '../store/tables.ts';
import { isoTime, isoTimeOrNull } from '../store/time.ts';
import { phasesOfRuns } from './readRuns.ts';

export async function studySummaries(store: Store, procedureId: string | undefined): Promise<StudySummary[]> {
  const done = await doneTrials(store);
  return (await listStudies(store, procedureId)).map((study) => summaryOf(study, done.get(study.id) ?? 0));
}

const summaryOf = (study: StudyRow, done: number): StudySummary => ({
  id: study.id,
  name: study.name,
  procedure: { id: study.procedure_id, name: study.procedure_name },
  measurements: study.plan.measurements,
  active_since: isoTimeOrNull(study.active_since),
  created_at: isoTime(study.created_at),
  run_count: study.plan.parts.length * study.plan.appraisers.length * study.plan.trials,
  done,
});

export async function studyAnswer(store: Store, study: StudyRow): Promise<Study> {
  const { plan } = study;
  const trials = await trialsOf(store, study.id);
  const runs = await runsOfStudy(store, study.id);
  const keys = trials.flatMap(({ run_key }) => run_key ?? []);
  const phases = await phasesOfRuns(store, keys);
  const byKey = new Map(runs.map((run) => [run.key, run]));
  const byPosition = Map.groupBy(runs, ({ position }) => position);
  const next = trials.find(({ run_key }) => run_key === null);
  return {
    ...summaryOf(study, keys.length),
    parts: plan.parts,
    appraisers: await appraisersOf(store, plan),
    trials: plan.trials,
    seed: study.seed,
    plan: trials.map(({ position, part, appraiser, trial, run_key }) => {
      const run = run_key === null ? undefined : byKey.get(run_key);
      const found = run && lastAttempts(phases.get(run.key) ?? []);
      return {
        position,
        part,
        appraiser,
        trial,
        run: run && found ? { ...runAnswer(run), values: plan.measurements.map((name) => valueOf(found, name)) } : null,
        discarded: (byPosition.get(position) ?? []).filter(({ key }) => key !== run_key).map(runAnswer),
      };
    }),
    next: next?.position ?? null,
    other_run: await otherRun(store, study, next),
  };
}

async function appraisersOf(store: Store, { appraisers }: StudyPlan): Promise<Study['appraisers']> {
  const ids = appraisers.map(({ station_id }) => station_id);
  const stations = await store.selectFrom('stations').select(['id', 'name']).where('id', 'in', ids).execute();
  const names = new Map(stations.map(({ id, name }) => [id, name]));
  return appraisers.map(({ name, station_id }) => ({
    name,
    station: { id: station_id, name: names.get(station_id) ?? name },
  }));
}

const runAnswer = ({ id, outcome, started_at }: Omit<StudyRunRow, 'key' | 'position'>) => ({
  id,
  outcome,
  started_at: isoTime(started_at),
});

const isValue = ({ value }: TestedMeasurement): boolean => typeof value === 'boolean' || isReading(value);

function valueOf(phases: readonly TestedPhase[], name: StudyPlan['measurements'][number]): StudyValue {
  const found = phases
    .filter((phase) => phase.name === name.phase_name)
    .flatMap(({ measurements }) => measurements.filter((each) => each.name === name.measurement_name));
  const [first, ...others] = found.filter(isValue);
  const { value, units = null, lower = null, upper = null } = first ?? {};
  const isSingle = others.length === 0 && (typeof value === 'number' || typeof value === 'boolean');
  return { count: first === undefined ? 0 : others.length + 1, value: isSingle ? value : null, units, lower, upper };
}

async function otherRun(
  store: Store,
  { procedure_id, active_since }: StudyRow,
  next: TrialRow | undefined,
): Promise<Study['other_run']> {
  if (active_since === null || next === undefined) return null;
  const run = await newestOtherRun(store, procedure_id, next.station_id, active_since);
  return run === undefined ? null : { ...runAnswer(run), serial_number: run.serial_number };
}
