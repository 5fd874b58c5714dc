import { lastAttempts } from '../run/attempts.ts';

export interface ParetoRun {
  readonly procedureId: string;
  readonly unitId: string;
  readonly outcome: string | null;
  readonly phases: readonly ParetoPhase[];
}

export interface ParetoPhase {
  readonly name: string;
  readonly outcome: string | null;
  readonly started_at: number;
  readonly retry_count: number;
  /** In the order in which they were recorded. */
  readonly measurements: readonly { readonly name: string; readonly outcome: string | null }[];
}

/** What failed. A name alone would mix the measurements of several phases and procedures. */
export interface FailureCause {
  readonly kind: 'measurement' | 'phaseError' | 'phaseFailure' | 'timeout' | 'runError' | 'runFailure';
  readonly procedureId: string;
  readonly phase: string | null;
  readonly measurement: string | null;
}

export interface ParetoBar extends FailureCause {
  readonly units: number;
  readonly runs: number;
}

export interface Pareto {
  /** Failed runs. Only with `first` do the bars add up to them. */
  readonly runs: number;
  readonly bars: readonly ParetoBar[];
}

export interface ParetoOptions {
  /** Whether a run counts for the first failure alone, which is most often the cause, or for each. */
  readonly counts: 'first' | 'all';
}

/**
 * Returns the causes of failed runs by how many units they concern. The rules are our own, since TofuPilot documents none:
 * the first failure is the earliest failing measurement, in the order of recording, of the earliest failing phase.
 */
export function paretoOf(runs: readonly ParetoRun[], { counts }: ParetoOptions): Pareto {
  const bars = new Map<string, { cause: FailureCause; units: Set<string>; runs: number }>();
  let failedRuns = 0;
  for (const run of runs) {
    const failures = failuresOf(run);
    if (failures.length > 0) failedRuns += 1;
    const counted = counts === 'first' ? failures.slice(0, 1) : failures;
    for (const [key, cause] of new Map(counted.map((each) => [keyOf(each), each]))) {
      const bar = bars.get(key) ?? { cause, units: new Set(), runs: 0 };
      bars.set(key, bar);
      bar.units.add(run.unitId);
      bar.runs += 1;
    }
  }
  const ordered = [...bars].sort(([keyA, a], [keyB, b]) => {
    if (a.units.size !== b.units.size) return b.units.size - a.units.size;
    return b.runs - a.runs || (keyA < keyB ? -1 : 1);
  });
  return {
    runs: failedRuns,
    bars: ordered.map(([, { cause, units, runs }]) => ({ ...cause, units: units.size, runs })),
  };
}

/** Returns the failures of a run in their order; none for a run that passed, was skipped or aborted, or has not ended. */
export function failuresOf(run: ParetoRun): FailureCause[] {
  const { procedureId, outcome } = run;
  const outside = (kind: FailureCause['kind']): FailureCause => ({ kind, procedureId, phase: null, measurement: null });
  if (outcome !== 'FAIL' && outcome !== 'ERROR' && outcome !== 'TIMEOUT') return [];
  const inPhases = lastAttempts(inOrder(run.phases)).flatMap((phase) => failuresOfPhase(procedureId, phase));
  // The phase that was running at the timeout is seldom recorded as failed.
  if (outcome === 'TIMEOUT') return [...inPhases, outside('timeout')];
  if (inPhases.length > 0) return inPhases;
  return [outside(outcome === 'ERROR' ? 'runError' : 'runFailure')];
}

function failuresOfPhase(procedureId: string, { name: phase, outcome, measurements }: ParetoPhase): FailureCause[] {
  const failing: FailureCause[] = measurements
    .filter((measurement) => measurement.outcome === 'FAIL')
    .map(({ name }) => ({ kind: 'measurement', procedureId, phase, measurement: name }));
  if (outcome === 'ERROR') return [...failing, { kind: 'phaseError', procedureId, phase, measurement: null }];
  if (failing.length > 0 || outcome !== 'FAIL') return failing;
  return [{ kind: 'phaseFailure', procedureId, phase, measurement: null }];
}

const inOrder = (phases: readonly ParetoPhase[]): ParetoPhase[] =>
  [...phases].sort((a, b) => a.started_at - b.started_at);

const keyOf = ({ kind, procedureId, phase, measurement }: FailureCause): string =>
  JSON.stringify([procedureId, phase, measurement, kind]);
