import { type NewStudy, studies, type Study, studyMaximum } from '../../../shared/contract/studies.ts';
import { studyAnswer, studySummaries } from '../../analytics/studyAnswer.ts';
import { countsInStudy } from '../../attachToStudy.ts';
import { conflict, notFound, unprocessable } from '../../http/refusalError.ts';
import type { RouteServices } from '../../routeServices.ts';
import { fold } from '../../store/fold.ts';
import { isLinked } from '../../store/links.ts';
import { findRun, type RunRow } from '../../store/runs.ts';
import {
  activeStudyOn,
  addRunToStudy,
  deleteStudy,
  findStudy,
  insertStudy,
  openTrial,
  releaseRun,
  setStudy,
  type StudyRow,
  type TrialRow,
  trialsOf,
} from '../../store/studies.ts';
import type { Store, StoreTransaction } from '../../store/tables.ts';
import { existingProcedure, existingRun, existingStation, orNotFound } from '../existing.ts';

export function studyRoutes({ mount, mountChange, store, writer }: RouteServices): void {
  const changed = (id: string, work: (change: StoreTransaction, study: StudyRow) => Promise<void>): Promise<Study> =>
    writer.write(async (change) => {
      await work(change, await existingStudy(change, id));
      return studyAnswer(change, await existingStudy(change, id));
    });

  mount(studies.list, async ({ query }) => ({ data: await studySummaries(store, query.procedure_id) }));

  mount(studies.get, async ({ params }) => studyAnswer(store, await existingStudy(store, params.id)));

  mountChange(studies.create, async (change, { body, caller }) => {
    const { procedure_id, name, seed, ...plan } = body;
    const procedure = await existingProcedure(change, procedure_id);
    checkPlan(plan);
    for (const { station_id } of plan.appraisers) {
      const station = await existingStation(change, station_id);
      if (await isLinked(change, station.id, procedure.id)) continue;
      throw unprocessable(
        `Station "${station.name}" is not linked to procedure "${procedure.name}". Link the procedure to it first.`,
      );
    }
    const id = await insertStudy(change, { procedureId: procedure.id, name, plan, seed, userId: caller.id });
    return studyAnswer(change, await existingStudy(change, id));
  });

  mount(studies.update, ({ params, body: { name, is_active } }) =>
    changed(params.id, async (change, study) => {
      if (name !== undefined) await setStudy(change, study.id, { name });
      if (is_active === false) await setStudy(change, study.id, { active_since: null });
      if (is_active !== true || study.active_since !== null) return;
      await checkActivation(change, study);
      await setStudy(change, study.id, { active_since: Date.now() });
    }),
  );

  mountChange(studies.delete, async (change, { params }) => {
    const { id } = await existingStudy(change, params.id);
    await deleteStudy(change, id);
    return { id };
  });

  mount(studies.attach, ({ params, body }) =>
    changed(params.id, async (change, study) => {
      const trial = await existingTrial(change, study, params.position);
      const run = await existingRun(change, body.run_id);
      await checkRun(change, study, trial, run);
      await addRunToStudy(change, run.key, { study_id: study.id, position: trial.position }, true);
    }),
  );

  mount(studies.discard, ({ params }) =>
    changed(params.id, async (change, study) => {
      const { position } = await existingTrial(change, study, params.position);
      await openTrial(change, study.id, position);
    }),
  );

  mount(studies.release, ({ params }) =>
    changed(params.id, async (change, study) => {
      const run = await findRun(change, params.run_id);
      if (run?.study_id !== study.id) {
        throw notFound(`Run with id ${params.run_id} not found: it is no run of study "${study.name}".`);
      }
      await releaseRun(change, run.key);
    }),
  );
}

const existingStudy = async (store: Store, id: string): Promise<StudyRow> =>
  orNotFound(await findStudy(store, id), `Gauge study with id ${id}`, 'it was deleted, or belongs to another server.');

async function existingTrial(store: Store, study: StudyRow, position: number): Promise<TrialRow> {
  const trials = await trialsOf(store, study.id);
  const why = `study "${study.name}" has ${trials.length} runs.`;
  return orNotFound(
    trials.find((trial) => trial.position === position),
    `Run ${position}`,
    why,
  );
}

function checkPlan({ parts, appraisers, trials }: Pick<NewStudy, 'parts' | 'appraisers' | 'trials'>): void {
  const twice = repeated(parts.map(({ serial_number }) => serial_number));
  if (twice !== undefined) throw unprocessable(`Part "${twice}" is named twice. Each part is named once.`);
  const same = repeated(appraisers.map(({ name }) => name));
  if (same !== undefined) throw unprocessable(`Appraiser "${same}" is named twice. Each appraiser is named once.`);
  const runs = parts.length * appraisers.length * trials;
  if (runs > studyMaximum.runs) {
    throw unprocessable(`These are ${runs} runs, and a gauge study has up to ${studyMaximum.runs}. Plan fewer.`);
  }
}

const repeated = (names: readonly string[]): string | undefined =>
  names.find((name, index) => names.findIndex((other) => fold(other) === fold(name)) < index);

async function checkActivation(change: StoreTransaction, study: StudyRow): Promise<void> {
  const trials = await trialsOf(change, study.id);
  if (trials.every(({ run_key }) => run_key !== null)) {
    throw conflict(`Study "${study.name}" is complete. Repeat a run of it first.`);
  }
  const other = await activeStudyOn(change, [...new Set(trials.map(({ station_id }) => station_id))]);
  if (other === undefined) return;
  throw conflict(`Study "${other.name}" is active on a station of this study. Pause that one first.`);
}

async function checkRun(
  change: StoreTransaction,
  { id, procedure_id, procedure_name, plan }: StudyRow,
  { position, part, serial_key, station_id }: TrialRow,
  run: RunRow,
): Promise<void> {
  if (run.procedure_id !== procedure_id) {
    throw unprocessable(`The run is of procedure "${run.procedure_name}", and the study of "${procedure_name}".`);
  }
  if (fold(run.serial_number) !== serial_key) {
    const expected = plan.parts[part]?.serial_number ?? serial_key;
    throw unprocessable(`The run is of unit "${run.serial_number}", and run ${position} of part "${expected}".`);
  }
  if (run.station_id !== null && run.station_id !== station_id) {
    throw unprocessable(`Station "${run.station_name}" pushed the run, and run ${position} is one of another station.`);
  }
  if (!countsInStudy(run.outcome)) {
    throw unprocessable(`The run ended with ${run.outcome}. Only runs that passed or failed count in a study.`);
  }
  if (run.study_id !== null && run.study_id !== id) {
    throw conflict(`The run belongs to study "${run.study_name}". Release it there first.`);
  }
  const other = (await trialsOf(change, id)).find((trial) => trial.run_key === run.key && trial.position !== position);
  if (other !== undefined) throw conflict(`The run counts as run ${other.position} of the study already.`);
}
