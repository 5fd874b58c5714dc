import type {
  Capability,
  FailureCause,
  MeasurementDay,
  MeasurementSegment,
  ProcedureDay,
} from '../contract/analytics.ts';
import { type MeasurementType, measurementType } from '../contract/common.ts';
import { type CapabilityIndex, capabilityOf, type SpecLimits } from '../statistics/capability.ts';
import { type Digest, digestCount, digestQuantile, mergeDigests } from '../statistics/digest.ts';
import { mergeMoments, type Moments, noMoments, standardDeviation } from '../statistics/moments.ts';
import { type PooledRanges, poolMovingRanges } from '../statistics/series.ts';
import { type PassedUnits, yieldCounts } from '../statistics/yield.ts';
import { causeKey, mergeDayCauses } from './failureCauses.ts';
import type { MeasurementSummary, ProcedureSummary } from './summarizeDay.ts';

const percents = [1, 5, 25, 50, 75, 95, 99] as const;

interface Segment extends SpecLimits {
  readonly units: string | null;
}

/** Values with other limits or in other units belong to another segment. Comparing keys is slower than `isSameSegment`. */
export const segmentKey = ({ lower, upper, units }: Segment): string => JSON.stringify([lower, upper, units]);

export const isSameSegment = (a: Segment, b: Segment): boolean =>
  a.lower === b.lower && a.upper === b.upper && a.units === b.units;

const sum = <T>(items: readonly T[], value: (item: T) => number): number =>
  items.reduce((total, item) => total + value(item), 0);

const spreadOf = (moments: Moments) => ({
  value_count: moments.count,
  mean: moments.count === 0 ? null : moments.mean,
  sigma: standardDeviation(moments),
  minimum: moments.minimum,
  maximum: moments.maximum,
});

export interface GroupTotal {
  readonly count: number;
  readonly failed: number;
  readonly outOfRange: number;
  readonly moments: Moments;
  /** The moving range is that of one station: a step from one station's value to another's is no noise. */
  readonly ranges: PooledRanges;
}

export const noGroups: GroupTotal = {
  count: 0,
  failed: 0,
  outOfRange: 0,
  moments: noMoments,
  ranges: { count: 0, sum: 0 },
};

export const addGroup = (total: GroupTotal, group: MeasurementSummary): GroupTotal => ({
  count: total.count + group.count,
  failed: total.failed + group.failed,
  outOfRange: total.outOfRange + group.out_of_range,
  moments: mergeMoments(total.moments, group.moments),
  ranges: poolMovingRanges([total.ranges, group.ranges]),
});

export const totalOf = (groups: readonly MeasurementSummary[]): GroupTotal => groups.reduce(addGroup, noGroups);

export const figuresOf = (total: GroupTotal, limits: SpecLimits) => ({
  count: total.count,
  failed: total.failed,
  ...spreadOf(total.moments),
  capability: capabilityAnswer(total, limits),
});

function capabilityAnswer({ moments, ranges, outOfRange }: GroupTotal, limits: SpecLimits): Capability {
  const found = capabilityOf({ moments, movingRanges: ranges, outOfRange }, limits);
  switch (found.kind) {
    case 'capability':
      return {
        kind: 'capability',
        count: found.count,
        sigma_within: found.sigmaWithin,
        ppk: indexAnswer(found.ppk),
        pp: found.pp && indexAnswer(found.pp),
        cpk: found.cpk && indexAnswer(found.cpk),
        cp: found.cp && indexAnswer(found.cp),
        is_uncertain: found.isUncertain,
        verdict: found.verdict === 'notCapable' ? 'not_capable' : found.verdict,
      };
    case 'tooFew':
      return { kind: 'too_few', count: found.count, needed: found.needed };
    case 'noLimits':
      return { kind: 'no_limits' };
    case 'noVariation':
      return { kind: 'no_variation' };
    case 'tooManyOutOfRange':
      return { kind: 'too_many_out_of_range', count: found.count, total: found.total };
  }
}

const indexAnswer = ({ value, interval, atLeast, atMost }: CapabilityIndex) => ({
  value,
  lower: interval.lower,
  upper: interval.upper,
  at_least: atLeast,
  at_most: atMost,
});

/** Returns the group that ended last. Of two that ended in the same instant, it is the second, as in `segmentsOf`. */
export const newerOf = (a: MeasurementSummary | undefined, b: MeasurementSummary): MeasurementSummary =>
  a !== undefined && a.last_started_at > b.last_started_at ? a : b;

export const newestOf = (groups: readonly MeasurementSummary[]): MeasurementSummary | undefined =>
  groups.reduce<MeasurementSummary | undefined>(newerOf, undefined);

/** @param newestValue the newest group with a value: a run that was aborted before it measured does not change the type */
export const typeOf = (newestValue: MeasurementSummary | undefined): MeasurementType =>
  measurementType.parse(newestValue?.type ?? 'empty');

export interface Distributed {
  readonly group: MeasurementSummary;
  readonly digest: Digest;
}

/** Returns the figures of the values with the same limits and units. Those that were used last come last. */
export function segmentsOf(all: readonly Distributed[]): MeasurementSegment[] {
  const inOrder = [...all].sort((a, b) => a.group.last_started_at - b.group.last_started_at);
  // The key that was seen last comes last, also among segments that end in the same instant.
  const bySegment = Map.groupBy(inOrder.reverse(), ({ group }) => segmentKey(group));
  return [...bySegment.values()]
    .flatMap((same) => {
      const groups = same.map(({ group }) => group);
      const [first] = groups;
      if (first === undefined) return [];
      const { lower, upper, units } = first;
      const digest = mergeDigests(same.map((each) => each.digest));
      return {
        lower,
        upper,
        units,
        from: Math.min(...groups.map(({ first_started_at }) => first_started_at)),
        to: Math.max(...groups.map(({ last_started_at }) => last_started_at)),
        ...figuresOf(totalOf(groups), { lower, upper }),
        percentiles: percents.flatMap((percent) => {
          const value = digestQuantile(digest, percent / 100);
          return value === null ? [] : { percent, value };
        }),
      };
    })
    .reverse();
}

export function measurementDay(date: string, all: readonly Distributed[]): MeasurementDay {
  const groups = all.map(({ group }) => group);
  const digest = mergeDigests(all.map((each) => each.digest));
  const newest = newestOf(groups);
  const { count, failed, moments } = totalOf(groups);
  return {
    date,
    lower: newest?.lower ?? null,
    upper: newest?.upper ?? null,
    count,
    failed,
    ...spreadOf(moments),
    p5: digestQuantile(digest, 0.05),
    p50: digestQuantile(digest, 0.5),
    p95: digestQuantile(digest, 0.95),
  };
}

const passedAtIndex = [1, 2, 3, 4, null] as const;

export function runFigures(groups: readonly ProcedureSummary[]): Omit<ProcedureDay, 'date'> {
  const units = groups.flatMap(({ passed_at }): PassedUnits[] =>
    passed_at.map((count, index) => ({ passedAt: passedAtIndex[index] ?? null, units: count })),
  );
  const durations = mergeDigests(groups.map(({ durations }) => durations));
  return {
    runs: sum(groups, ({ runs }) => runs),
    yield: yieldCounts(units),
    durations: {
      count: digestCount(durations),
      p50_ms: digestQuantile(durations, 0.5),
      p90_ms: digestQuantile(durations, 0.9),
      p95_ms: digestQuantile(durations, 0.95),
      max_ms: digestQuantile(durations, 1),
    },
  };
}

export function retestCounts(groups: readonly ProcedureSummary[]) {
  const passedAt = (index: number): number => sum(groups, ({ passed_at }) => passed_at[index] ?? 0);
  const recovered = passedAt(1) + passedAt(2) + passedAt(3);
  return {
    unit_days: passedAt(0) + recovered + passedAt(4),
    attempts: sum(groups, ({ attempts }) => attempts),
    retested: sum(groups, ({ retested }) => retested),
    failed_first: recovered + passedAt(4),
    recovered,
  };
}

export function failuresOf(days: readonly (readonly ProcedureSummary[])[]): FailureCause[] {
  const causes = days.flatMap((groups) => mergeDayCauses(groups.flatMap(({ failures }) => failures)));
  return [...Map.groupBy(causes, causeKey).values()]
    .flatMap((same) => {
      const [cause] = same;
      if (cause === undefined) return [];
      return {
        ...cause,
        first_runs: sum(same, ({ first_runs }) => first_runs),
        first_units: sum(same, ({ first_units }) => first_units.length),
        runs: sum(same, ({ runs }) => runs),
        units: sum(same, ({ units }) => units.length),
      };
    })
    .sort((a, b) => b.first_units - a.first_units || b.units - a.units);
}
