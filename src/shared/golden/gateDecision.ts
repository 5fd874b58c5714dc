import type { GoldenRule, GoldenState } from '../contract/goldenChecks.ts';

interface Start {
  readonly state: GoldenState['kind'];
  readonly without: GoldenRule['without'];
  /** Whether the unit is known to be a golden unit or a failing sample. */
  readonly isSample: boolean;
  /** Whether an operator started the run, who sees the Operator UI instead of the editor. */
  readonly isOperated: boolean;
  /** Whether the server has just reported the state. */
  readonly isCurrent: boolean;
}

/**
 * Returns how the editor starts a script: `start` without a question; `choose` between a sample and running it anyway;
 * `sampleOnly`; or `refuse`. A state that is only the last known one never prevents a run.
 */
export function gateDecision({ state, without, isSample, isOperated, isCurrent }: Start) {
  if (state === 'valid' || isSample) return 'start';
  const isRefused = without === 'refuse' && isCurrent;
  if (isOperated) return isRefused ? 'refuse' : 'start';
  return isRefused ? 'sampleOnly' : 'choose';
}
