import type { FailureCause, FailureKind } from '../contract/analytics.ts';
import type { Run } from '../contract/runs.ts';
import {
  type FailureCause as ParetoCause,
  failuresOf,
  type ParetoBar,
  paretoOf,
  type ParetoRun,
} from '../statistics/pareto.ts';
import type { TestedRun } from './testedRun.ts';

const kinds: Readonly<Record<ParetoCause['kind'], FailureKind>> = {
  measurement: 'measurement',
  phaseError: 'phase_error',
  phaseFailure: 'phase_failure',
  timeout: 'timeout',
  runError: 'run_error',
  runFailure: 'run_failure',
};

/** A cause of failed runs of a day. Units are numbered within the day, since a unit may fail at several places. */
export interface DayCause extends Pick<
  FailureCause,
  'kind' | 'phase_name' | 'measurement_name' | 'first_runs' | 'runs'
> {
  readonly first_units: readonly number[];
  readonly units: readonly number[];
}

export function dayCauses(runs: readonly TestedRun[], unitNumbers: ReadonlyMap<string, number>): DayCause[] {
  const ofUnits = [...Map.groupBy(runs, ({ unit_id }) => unit_id)].flatMap(([unit, runsOfUnit]) =>
    failureCauses(runsOfUnit).map((cause): DayCause => {
      const numbers = [unitNumbers.get(unit) ?? -1];
      return { ...cause, first_units: cause.first_units > 0 ? numbers : [], units: numbers };
    }),
  );
  return mergeDayCauses(ofUnits);
}

export function mergeDayCauses(causes: readonly DayCause[]): DayCause[] {
  return [...Map.groupBy(causes, causeKey).values()].flatMap((same) => {
    const [cause] = same;
    if (cause === undefined) return [];
    return {
      ...cause,
      first_runs: same.reduce((sum, { first_runs }) => sum + first_runs, 0),
      first_units: [...new Set(same.flatMap(({ first_units }) => first_units))],
      runs: same.reduce((sum, each) => sum + each.runs, 0),
      units: [...new Set(same.flatMap(({ units }) => units))],
    };
  });
}

export const causeKey = (cause: Pick<FailureCause, 'kind' | 'phase_name' | 'measurement_name'>): string =>
  JSON.stringify([cause.kind, cause.phase_name, cause.measurement_name]);

/** Returns what failed in one run, in its order. An aborted run is not a failure. */
export function failureCausesOf({
  procedure,
  unit,
  outcome,
  phases,
}: Pick<Run, 'procedure' | 'unit' | 'outcome' | 'phases'>): Pick<
  FailureCause,
  'kind' | 'phase_name' | 'measurement_name'
>[] {
  const timed = phases.map((phase) => ({ ...phase, started_at: Date.parse(phase.started_at) }));
  return failuresOf({ procedureId: procedure.id, unitId: unit.id, outcome, phases: timed }).map(
    ({ kind, phase, measurement }) => ({ kind: kinds[kind], phase_name: phase, measurement_name: measurement }),
  );
}

function failureCauses(runs: readonly TestedRun[]): FailureCause[] {
  const tested = runs.map(({ procedure_id, unit_id, outcome, phases }): ParetoRun => ({
    procedureId: procedure_id,
    unitId: unit_id,
    outcome,
    phases,
  }));
  const first = new Map(paretoOf(tested, { counts: 'first' }).bars.map((bar) => [keyOf(bar), bar]));
  return paretoOf(tested, { counts: 'all' }).bars.map((bar) => {
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
