import type { GoldenRule, GoldenState } from '../contract/goldenChecks.ts';

interface Start {
  readonly state: GoldenState['kind'];
  readonly without: GoldenRule['without'];
  readonly isSample: boolean;
  readonly isOperated: boolean;
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
