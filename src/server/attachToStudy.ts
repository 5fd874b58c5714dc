import type { Push, PushTransaction } from './store/pushes.ts';
import { findRunKey } from './store/runs.ts';
import { addRunToStudy, type WaitingTrial } from './store/studies.ts';

/** Returns whether the run counts. Other outcomes say nothing about the part, so the trial has to be repeated. */
export const countsInStudy = (outcome: string): boolean => outcome === 'PASS' || outcome === 'FAIL';

export async function attachToStudy(
  transaction: PushTransaction,
  runId: string,
  { run }: Push,
  trial: WaitingTrial,
): Promise<void> {
  const change = await transaction.change();
  await addRunToStudy(change, await findRunKey(change, runId), trial, countsInStudy(run.outcome));
}
