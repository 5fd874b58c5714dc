import * as z from 'zod';
import { byId, id, idAnswer, listUpTo, name60, named, operation, outcome, timestamp } from './common.ts';
import { serialNumber } from './numbers.ts';

/** With less than this, the variation of parts, appraisers and repeated trials cannot be told apart. */
export const studyMinimum = { parts: 2, appraisers: 2, trials: 2 } as const;
export const studyMaximum = { parts: 100, appraisers: 20, trials: 20, runs: 1000, measurements: 20 } as const;

const measurementKey = z.object({ phase_name: z.string(), measurement_name: z.string() });

const atLeast = <T extends z.ZodType>(least: number, most: number, item: T, message: string) =>
  listUpTo(most, item).refine((all) => all.length >= least, message);

const studyPart = z.object({ serial_number: serialNumber, is_good: z.boolean().nullable() });
const newStudy = z.object({
  procedure_id: id,
  name: name60,
  /** What is studied; empty for the outcome of the runs. */
  measurements: listUpTo(studyMaximum.measurements, measurementKey),
  parts: atLeast(
    studyMinimum.parts,
    studyMaximum.parts,
    studyPart.extend({ is_good: z.boolean().nullable().default(null) }),
    'A gauge study needs 2 parts or more: a single part does not show whether the gauge can tell parts apart.',
  ),
  /** The persons who test the parts, or the stations, each with the station that pushes the runs. */
  appraisers: atLeast(
    studyMinimum.appraisers,
    studyMaximum.appraisers,
    z.object({ name: name60, station_id: id }),
    'A gauge study needs 2 appraisers or more: with a single one there is no reproducibility.',
  ),
  trials: z
    .number()
    .int()
    .min(
      studyMinimum.trials,
      'A gauge study needs 2 trials or more: a part that is tested once shows no repeatability and no interaction.',
    )
    .max(studyMaximum.trials, `A gauge study has up to ${studyMaximum.trials} trials.`),
  /** The same seed gives the same order of the runs. By default it is random. */
  seed: z.number().int().min(0).max(0x7fff_ffff).optional(),
});
export type NewStudy = z.output<typeof newStudy>;

const studySummary = named.extend({
  procedure: named,
  measurements: z.array(measurementKey),
  /** Since when the server waits for runs of the study; null while it does not. */
  active_since: timestamp.nullable(),
  created_at: timestamp,
  run_count: z.number().int(),
  done: z.number().int(),
});
export type StudySummary = z.infer<typeof studySummary>;

/** `value` is null unless the run has exactly one that is a number or a boolean; `count` says how many there are. */
const studyValue = z.object({
  count: z.number().int(),
  value: z.union([z.number(), z.boolean()]).nullable(),
  units: z.string().nullable(),
  lower: z.number().nullable(),
  upper: z.number().nullable(),
});
export type StudyValue = z.infer<typeof studyValue>;

const studyRun = z.object({ id, outcome, started_at: timestamp });

const studyTrial = z.object({
  /**
   * The place in the order of the runs, from 1; indexes into the parts and appraisers; and how often the appraiser has tested
   * the part by then, from 1.
   */
  position: z.number().int(),
  part: z.number().int(),
  appraiser: z.number().int(),
  trial: z.number().int(),
  /** The run that counts, with a value for each measurement of the study; null while the trial is open. */
  run: studyRun.extend({ values: z.array(studyValue) }).nullable(),
  /** Runs of the trial that do not count: repeated ones, and those that did not pass or fail. Oldest first. */
  discarded: z.array(studyRun),
});
export type StudyTrial = z.infer<typeof studyTrial>;

const study = studySummary.extend({
  parts: z.array(studyPart),
  appraisers: z.array(z.object({ name: z.string(), station: named })),
  trials: z.number().int(),
  seed: z.number().int(),
  plan: z.array(studyTrial),
  next: z.number().int().nullable(),
  /** The newest run that the next trial's station has pushed meanwhile, if it is not a run of the study. */
  other_run: studyRun.extend({ serial_number: z.string() }).nullable(),
});
export type Study = z.infer<typeof study>;

const trialOf = z.object({ id, position: z.coerce.number().int().min(1) });

/** An active study takes each run of its next part on the station of its next trial. Statistics leave out its runs. */
export const studies = {
  list: operation('local.studies.list', 'GET', '/api/local/studies', {
    query: z.object({ procedure_id: id.optional() }),
    /** Newest first. */
    answer: z.object({ data: z.array(studySummary) }),
  }),
  create: operation('local.studies.create', 'POST', '/api/local/studies', {
    body: newStudy,
    answer: study,
    refusals: [404, 422],
  }),
  get: operation('local.studies.get', 'GET', '/api/local/studies/{id}', {
    params: byId,
    answer: study,
    refusals: [404],
  }),
  /** 409: another study is active on a station of this one, or no trial is open. */
  update: operation('local.studies.update', 'PATCH', '/api/local/studies/{id}', {
    params: byId,
    body: z.object({ name: name60.optional(), is_active: z.boolean().optional() }),
    answer: study,
    refusals: [404, 409],
  }),
  /** Its runs are ordinary runs again, and in statistics. */
  delete: operation('local.studies.delete', 'DELETE', '/api/local/studies/{id}', {
    params: byId,
    answer: idAnswer,
    refusals: [404],
  }),
  /** Lets a run count for a trial, in place of the one that counted. 409: the run counts for another trial. 422: it does not fit. */
  attach: operation('local.studies.attach', 'PUT', '/api/local/studies/{id}/trials/{position}/run', {
    params: trialOf,
    body: z.object({ run_id: id }),
    answer: study,
    refusals: [404, 409, 422],
  }),
  /** Opens a trial again. Its run does not count any more, but stays a run of the study. */
  discard: operation('local.studies.discard', 'DELETE', '/api/local/studies/{id}/trials/{position}/run', {
    params: trialOf,
    answer: study,
    refusals: [404],
  }),
  /** Makes a run of the study an ordinary run again, which is in statistics. */
  release: operation('local.studies.release', 'DELETE', '/api/local/studies/{id}/runs/{run_id}', {
    params: z.object({ id, run_id: id }),
    answer: study,
    refusals: [404],
  }),
} as const;
