import type { PhaseOutcome } from '../contract/common.ts';
import type { EnginePhaseOutcome } from '../contract/engine.ts';
import type { RunnerFailure } from '../contract/runner.ts';
import type { DeclaredPhase } from './declaredProcedure.ts';

/** The outcomes that the runner knows. A phase that is repeated ended without a verdict of its own. */
export const phaseOutcomes: Readonly<Record<EnginePhaseOutcome, PhaseOutcome>> = {
  PASS: 'PASS',
  SKIP: 'SKIP',
  RETRY: 'SKIP',
  ERROR: 'ERROR',
  FAIL: 'FAIL',
  STOP: 'FAIL',
  TIMEOUT: 'FAIL',
};

export function phaseFailure(
  outcome: EnginePhaseOutcome,
  error: string | null,
  declared: DeclaredPhase | undefined,
): RunnerFailure | null {
  if (outcome === 'PASS' || outcome === 'SKIP' || outcome === 'RETRY') return null;
  // The engine has no other error than the failed measurements, which are shown with their limits.
  if (outcome === 'FAIL' && (error === null || error.startsWith('measurement `'))) return null;
  const lines = (error ?? outcome).split('\n').filter((line) => line.trim() !== '');
  return {
    type: outcome,
    message: lines.at(-1) ?? outcome,
    traceback: error ?? '',
    place: placeInTraceback(error ?? '') ?? declared?.place ?? null,
    missing_module: null,
  };
}

function placeInTraceback(traceback: string): { file: string; line: number } | null {
  const places = [...traceback.matchAll(/File "([^"]+)", line (\d+)/g)];
  const found = places.findLast(
    ([, file]) => file !== undefined && !/tp_(?:worker|plug)\.py$/.test(file) && !file.startsWith('<'),
  );
  return found?.[1] === undefined ? null : { file: found[1], line: Number(found[2]) };
}
