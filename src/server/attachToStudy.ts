import type { NewRun } from '../shared/run/newRun.ts';
import type { WriteContext } from './store/pushes.ts';
import { addRunToStudy } from './store/studies.ts';

/** Returns whether the run counts. Other outcomes say nothing about the part, so the trial has to be repeated. */
export const countsInStudy = (outcome: string): boolean => outcome === 'PASS' || outcome === 'FAIL';

/** Attaches a run that a station has pushed to the active gauge study that waits for it, if there is one. */
export async function attachToStudy(
  { change, pushes }: WriteContext,
  runKey: number,
  { serialNumber, startedAt, outcome }: Pick<NewRun, 'serialNumber' | 'startedAt' | 'outcome'>,
  { procedureId, stationId }: { procedureId: string; stationId: string },
): Promise<void> {
  const trial = await pushes.findWaitingTrial(change, { procedureId, stationId, serialNumber, startedAt });
  if (trial !== undefined) await addRunToStudy(change, runKey, trial, countsInStudy(outcome));
}
