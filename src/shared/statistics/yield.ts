import type { YieldCounts } from '../contract/overview.ts';
import type { Sample } from '../contract/units.ts';

export interface YieldRun {
  readonly id: string;
  readonly procedure_id: string;
  readonly unit_id: string;
  readonly sample: Sample | null;
  /** Null for a run that has not ended. */
  readonly outcome: string | null;
  readonly started_at: number;
  readonly created_at: number;
  readonly station_id: string | null;
}

/**
 * A unit that was tested with a procedure on a day, which is what a yield counts. The day is an index into the given days, the
 * station is that of the first attempt, and `passedAt` is the attempt that was the first to pass, from 1.
 */
export interface UnitDay<Run extends YieldRun = YieldRun> {
  readonly first: Run;
  readonly procedureId: string;
  readonly day: number;
  readonly attempts: number;
  readonly stationId: string | null;
  readonly passedAt: number | null;
}

export interface PassedUnits {
  readonly passedAt: number | null;
  readonly units: number;
}

/** Other outcomes, such as ABORTED and SKIP, are not attempts. */
const attemptOutcomes: ReadonlySet<string | null> = new Set(['PASS', 'FAIL', 'ERROR', 'TIMEOUT']);

/**
 * Returns the units tested on each day, by TofuPilot's rules (tofupilot.com/docs/analytics/yield, May 2026): the runs of a
 * unit, a procedure and a day are numbered by attempt. ABORTED runs are left out and use up no attempt, ERROR and TIMEOUT
 * are attempts that did not pass, and reference units are left out.
 *
 * TofuPilot does not document the rest, which is: the day is that of the run's start; attempts are in the order of their
 * start, then of their creation, then of their id; a unit that passed stays passed, whatever a retest finds; skipped runs
 * and runs without an outcome do not count; attempts are numbered across stations.
 *
 * @param runs all runs of these units and procedures on these days, in any order
 * @param edges the beginning of each day and the end of the last one, in milliseconds since 1970
 */
export function unitDays<Run extends YieldRun>(
  runs: readonly Run[],
  edges: readonly number[],
  { includesReferenceUnits = false } = {},
): UnitDay<Run>[] {
  const groups = new Map<string, { day: number; attempts: [Run, ...Run[]] }>();
  for (const run of runs) {
    const day = dayOf(run.started_at, edges);
    const isLeftOut = run.sample !== null && !includesReferenceUnits;
    if (day === null || isLeftOut || !attemptOutcomes.has(run.outcome)) continue;
    const key = JSON.stringify([run.procedure_id, run.unit_id, day]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { day, attempts: [run] });
    else group.attempts.push(run);
  }
  return [...groups.values()].map(({ day, attempts }) => {
    attempts.sort(inOrder);
    const passed = attempts.findIndex(({ outcome }) => outcome === 'PASS');
    return {
      first: attempts[0],
      procedureId: attempts[0].procedure_id,
      day,
      attempts: attempts.length,
      stationId: attempts[0].station_id,
      passedAt: passed === -1 ? null : passed + 1,
    };
  });
}

/** Cumulative, so that they never fall from one attempt to the next; those of several days are sums over each day. */
export function yieldCounts(groups: readonly PassedUnits[]): YieldCounts {
  const passedBy = (attempt: number): number =>
    unitsOf(groups.filter(({ passedAt }) => passedAt !== null && passedAt <= attempt));
  return {
    units: unitsOf(groups),
    passed_first: passedBy(1),
    passed_second: passedBy(2),
    passed_third: passedBy(3),
    passed_last: passedBy(Infinity),
  };
}

const unitsOf = (groups: readonly PassedUnits[]): number => groups.reduce((sum, { units }) => sum + units, 0);

export function sumOfYields(yields: readonly YieldCounts[]): YieldCounts {
  const sum = (name: keyof YieldCounts): number => yields.reduce((total, counts) => total + counts[name], 0);
  return {
    units: sum('units'),
    passed_first: sum('passed_first'),
    passed_second: sum('passed_second'),
    passed_third: sum('passed_third'),
    passed_last: sum('passed_last'),
  };
}

/**
 * Returns the rolled throughput yield of a route, from 0 to 1: the product of the first-pass yields of its steps
 * (tofupilot.com/guides/how-to-track-rolled-throughput-yield, March 2026). It is unknown, which is null, while a step has
 * no units.
 */
export function rolledThroughputYield(steps: readonly Pick<YieldCounts, 'units' | 'passed_first'>[]): number | null {
  if (steps.length === 0 || steps.some(({ units }) => units === 0)) return null;
  return steps.reduce((product, { units, passed_first }) => product * (passed_first / units), 1);
}

/** Returns whole percent, rounded down so that one failure never reads 100 %. */
export const yieldPercent = (passed: number, units: number): number | null =>
  units === 0 ? null : Math.floor((100 * passed) / units);

function inOrder(a: YieldRun, b: YieldRun): number {
  if (a.started_at !== b.started_at) return a.started_at - b.started_at;
  if (a.created_at !== b.created_at) return a.created_at - b.created_at;
  return a.id < b.id ? -1 : 1;
}

function dayOf(at: number, edges: readonly number[]): number | null {
  const next = edges.findIndex((edge) => at < edge);
  return next <= 0 ? null : next - 1;
}
