import type { NewRun } from '../shared/run/newRun.ts';
import type { Statements } from './store/sqlite/statements.ts';
import { addRunToStudy, findWaitingTrial } from './store/studies.ts';

/**
 * Returns whether a run with this outcome counts in a gauge study. Another outcome says nothing about the part, so the trial
 * has to be repeated.
 */
export const countsInStudy = (outcome: string): boolean => outcome === 'PASS' || outcome === 'FAIL';

/** Attaches a run that a station has pushed to the active gauge study that waits for it, if there is one. */
export function attachToStudy(
  sql: Statements,
  runKey: number,
  { serialNumber, startedAt, outcome }: Pick<NewRun, 'serialNumber' | 'startedAt' | 'outcome'>,
  { procedureId, stationId }: { procedureId: string; stationId: string },
): void {
  const trial = findWaitingTrial(sql, { procedureId, stationId, serialNumber, startedAt });
  if (trial !== undefined) addRunToStudy(sql, runKey, trial, countsInStudy(outcome));
}
