import { lastAttempts } from '../run/attempts.ts';
import { type Digest, digestOf } from '../statistics/digest.ts';
import { type Moments, momentsOf } from '../statistics/moments.ts';
import { overloadReading } from '../statistics/readings.ts';
import { type MovingRanges, movingRangesOf } from '../statistics/series.ts';
import { type UnitDay, unitDays, type YieldRun } from '../statistics/yield.ts';
import { type DayCause, dayCauses } from './failureCauses.ts';
import { type Detail, type Place, placeOf } from './place.ts';
import type { TestedMeasurement, TestedRun } from './testedRun.ts';

/** The runs of a procedure on a day at one place. A unit counts at the place of its first attempt. */
export interface ProcedureSummary extends Place {
  readonly is_first_attempt: boolean;
  readonly runs: number;
  readonly first_started_at: number;
  readonly last_started_at: number;
  readonly attempts: number;
  readonly retested: number;
  /** How many units passed by their first, second, third and a later attempt, and how many did not pass. */
  readonly passed_at: readonly number[];
  readonly durations: Digest;
  readonly failures: readonly DayCause[];
}

/** The values of a measurement on a day at one place, in the same units and tested against the same limits. */
export interface MeasurementSummary extends Place {
  readonly is_first_attempt: boolean;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly type: string;
  readonly units: string | null;
  readonly count: number;
  readonly failed: number;
  readonly out_of_range: number;
  readonly first_started_at: number;
  readonly last_started_at: number;
  readonly moments: Moments;
  readonly ranges: MovingRanges;
}

export interface NamedMeasurement {
  readonly phase_name: string;
  readonly measurement_name: string;
  readonly groups: readonly MeasurementSummary[];
  readonly digests: readonly Digest[];
}

export interface DaySummary {
  readonly procedure: readonly ProcedureSummary[];
  readonly measurements: readonly NamedMeasurement[];
}

/** With 50 measurements each, collecting them takes a few milliseconds. */
const runsPerStep = 200;

export interface DayOptions {
  readonly detail?: Detail | null;
  /** The runs to summarize. Attempts are numbered among all runs. */
  readonly isWanted?: (run: TestedRun) => boolean;
}

/** @param runs all of the day, by their start */
export function summarizeDay(runs: readonly TestedRun[], options?: DayOptions): DaySummary {
  const steps = summarizeDayInSteps(runs, options);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** Returns what `summarizeDay` returns, and yields several times on the way, so that the caller can let other work run. */
export function* summarizeDayInSteps(
  runs: readonly TestedRun[],
  { detail = null, isWanted = () => true }: DayOptions = {},
): Generator<undefined, DaySummary> {
  const units = unitsOf(runs);
  const first = firstAttempts(runs);
  const wanted = runs.filter(isWanted);
  const procedure = summarizeRuns(
    wanted,
    units.filter(({ first }) => isWanted(first)),
    first,
    detail,
  );
  yield;
  return { procedure, measurements: yield* summarizeMeasurements(wanted, first, detail) };
}

const unitsOf = <Run extends YieldRun>(runs: readonly Run[]): UnitDay<Run>[] =>
  unitDays(runs, [-Infinity, Infinity], { includesReferenceUnits: true });

export const firstAttempts = <Run extends YieldRun>(runs: readonly Run[]): Set<Run> =>
  new Set(unitsOf(runs).map(({ first }) => first));

function summarizeRuns(
  runs: readonly TestedRun[],
  units: readonly UnitDay<TestedRun>[],
  firstOfUnits: ReadonlySet<TestedRun>,
  detail: Detail | null,
): ProcedureSummary[] {
  const keyOf = (run: TestedRun): string => JSON.stringify([placeOf(run, detail), firstOfUnits.has(run)]);
  const unitNumbers = new Map([...new Set(runs.map(({ unit_id }) => unit_id))].map((id, number) => [id, number]));
  const unitsAt = Map.groupBy(units, ({ first }) => keyOf(first));
  return [...Map.groupBy(runs, keyOf)].flatMap(([key, group]) => {
    const [first] = group;
    if (first === undefined) return [];
    const unitDays = unitsAt.get(key) ?? [];
    const passed = group.filter(({ outcome }) => outcome === 'PASS');
    const starts = group.map(({ started_at }) => started_at);
    return {
      ...placeOf(first, detail),
      is_first_attempt: firstOfUnits.has(first),
      runs: group.length,
      first_started_at: Math.min(...starts),
      last_started_at: Math.max(...starts),
      attempts: unitDays.reduce((sum, { attempts }) => sum + attempts, 0),
      retested: unitDays.filter(({ attempts }) => attempts > 1).length,
      passed_at: passedAt(unitDays),
      durations: digestOf(passed.map(({ started_at, ended_at }) => ended_at - started_at)),
      failures: dayCauses(group, unitNumbers),
    };
  });
}

function passedAt(unitDays: readonly UnitDay<TestedRun>[]): number[] {
  const counts = [0, 0, 0, 0, 0];
  for (const { passedAt } of unitDays) {
    const index = passedAt === null ? 4 : Math.min(passedAt - 1, 3);
    counts[index] = (counts[index] ?? 0) + 1;
  }
  return counts;
}

interface Tested {
  readonly run: TestedRun;
  readonly phase: string;
  readonly measurement: TestedMeasurement;
}

function* summarizeMeasurements(
  runs: readonly TestedRun[],
  firstOfUnits: ReadonlySet<TestedRun>,
  detail: Detail | null,
): Generator<undefined, NamedMeasurement[]> {
  const places = new Map(runs.map((run) => [run, placeOf(run, detail)]));
  const placeKeys = new Map(runs.map((run) => [run, JSON.stringify(places.get(run)) + String(firstOfUnits.has(run))]));
  const named = new Map<string, Tested[]>();
  for (const [number, run] of runs.entries()) {
    if (number % runsPerStep === 0) yield;
    for (const { name: phase, measurements } of lastAttempts(run.phases)) {
      for (const measurement of measurements) {
        const key = JSON.stringify([phase, measurement.name]);
        const tested = named.get(key) ?? [];
        tested.push({ run, phase, measurement });
        named.set(key, tested);
      }
    }
  }
  const summarized: NamedMeasurement[] = [];
  for (const tested of named.values()) {
    yield;
    const [example] = tested;
    if (example === undefined) continue;
    const groups = Map.groupBy(tested, ({ run, measurement: { lower, upper, units } }) =>
      JSON.stringify([placeKeys.get(run), lower, upper, units]),
    );
    const positions = new Map(tested.map((each, position) => [each, position]));
    const positionOf = (each: Tested | undefined): number => (each && positions.get(each)) ?? -1;
    const ordered = [...groups.values()].sort((a, b) => positionOf(a.at(-1)) - positionOf(b.at(-1)));
    const summaries = ordered.flatMap((group) => {
      const [first, last] = [group[0], group.at(-1)];
      if (first === undefined || last === undefined) return [];
      return {
        ...placeOf(first.run, detail),
        is_first_attempt: firstOfUnits.has(first.run),
        ...summarizeGroup(group, first, last),
      };
    });
    summarized.push({
      phase_name: example.phase,
      measurement_name: example.measurement.name,
      groups: summaries.map(({ digest: _, ...summary }) => summary),
      digests: summaries.map(({ digest }) => digest),
    });
  }
  return summarized;
}

function summarizeGroup(group: readonly Tested[], first: Tested, last: Tested) {
  const values = group.map(({ measurement }) => measurement.value).filter((value) => typeof value === 'number');
  const types = group.map(({ measurement }) => measurement.type);
  const readings = values.filter(isReading);
  return {
    lower: last.measurement.lower,
    upper: last.measurement.upper,
    type: types.findLast((type) => type !== 'empty') ?? 'empty',
    units: last.measurement.units,
    count: group.length,
    failed: group.filter(({ measurement }) => measurement.outcome === 'FAIL').length,
    out_of_range: values.length - readings.length,
    first_started_at: first.run.started_at,
    last_started_at: last.run.started_at,
    moments: momentsOf(readings),
    ranges: movingRangesOf(readings),
    digest: digestOf(readings),
  };
}

export const isReading = (value: unknown): value is number =>
  typeof value === 'number' && Math.abs(value) < overloadReading;
