import type { FailureCause, FailureKind } from '../contract/analytics.ts';
import { type FailureCause as ParetoCause, type ParetoBar, paretoOf, type ParetoRun } from '../statistics/pareto.ts';
import type { TestedRun } from './testedRun.ts';

const kinds: Readonly<Record<Exclude<ParetoCause['kind'], 'aborted'>, FailureKind>> = {
  measurement: 'measurement',
  phaseError: 'phase_error',
  phaseFailure: 'phase_failure',
  timeout: 'timeout',
  runError: 'run_error',
  runFailure: 'run_failure',
};

/** Returns what failed in runs of one procedure. Aborted runs are not failures. */
export function failureCauses(runs: readonly TestedRun[]): FailureCause[] {
  const tested = runs.map(({ procedure_id, unit_id, outcome, phases }): ParetoRun => ({
    procedureId: procedure_id,
    unitId: unit_id,
    outcome,
    phases,
  }));
  const first = new Map(paretoOf(tested, { counts: 'first' }).bars.map((bar) => [keyOf(bar), bar]));
  return paretoOf(tested, { counts: 'all' }).bars.flatMap((bar) => {
    if (bar.kind === 'aborted') return [];
    const counted = first.get(keyOf(bar));
    return {
      kind: kinds[bar.kind],
      phase_name: bar.phase,
      measurement_name: bar.measurement,
      first_runs: counted?.runs ?? 0,
      first_units: counted?.units ?? 0,
      runs: bar.runs,
      units: bar.units,
    };
  });
}

const keyOf = ({ kind, phase, measurement }: ParetoBar): string => JSON.stringify([kind, phase, measurement]);
