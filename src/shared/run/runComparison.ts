import type { Report, ReportMeasurement, ReportPhase } from '../contract/report.ts';
import { parseDuration } from '../format/duration.ts';
import { lastAttempts } from './attempts.ts';
import { limitsText, type ReportedValue, resultsOf } from './results.ts';

/** A standard deviation of fewer values is too uncertain to measure a difference by. */
export const fewestForSigmas = 30;

export type Difference = 'only_left' | 'only_right' | 'outcome' | 'limits' | 'units' | 'value';

export interface ComparedPhase {
  readonly name: string;
  readonly left: ReportPhase | null;
  readonly right: ReportPhase | null;
  readonly durationDifference: number | null;
  readonly differences: readonly Difference[];
}

export interface ComparedCurve {
  readonly measurement: string;
  readonly curve: NonNullable<ReportMeasurement['curve']>;
}

export interface ComparedMeasurement {
  readonly phase: string;
  readonly name: string;
  readonly of: string | null;
  readonly left: ReportedValue | null;
  readonly right: ReportedValue | null;
  readonly leftCurve: ComparedCurve | null;
  readonly rightCurve: ComparedCurve | null;
  readonly difference: number | null;
  readonly differences: readonly Difference[];
}

export interface RunComparison {
  readonly phases: readonly ComparedPhase[];
  readonly measurements: readonly ComparedMeasurement[];
}

/** Last attempts count. Phases and measurements are matched by name, those of the same name in their order. */
export function compareRuns(left: Pick<Report, 'phases'>, right: Pick<Report, 'phases'>): RunComparison {
  const phases = align(lastAttempts<ReportPhase>(left.phases), lastAttempts<ReportPhase>(right.phases), nameOf);
  return {
    phases: phases.map(([one, other]) => comparePhases(one, other)),
    measurements: align(rowsOf(phases.map(([one]) => one)), rowsOf(phases.map(([, other]) => other)), keyOf).map(
      ([one, other]) => compareRows(one, other),
    ),
  };
}

/** Pairs items of the same key, repeated ones in order. One that only the right list has follows what it follows there. */
export function align<T>(
  left: readonly T[],
  right: readonly T[],
  key: (item: T) => string,
): [left: T | null, right: T | null][] {
  const rights = withOccurrences(right, key);
  const lefts = withOccurrences(left, key);
  const onlyRight = new Map<string | null, [null, T][]>();
  let anchor: string | null = null;
  for (const [name, item] of rights) {
    if (lefts.has(name)) anchor = name;
    else onlyRight.set(anchor, [...(onlyRight.get(anchor) ?? []), [null, item]]);
  }
  return [
    ...(onlyRight.get(null) ?? []),
    ...[...lefts].flatMap(([name, item]): [T | null, T | null][] => [
      [item, rights.get(name) ?? null],
      ...(onlyRight.get(name) ?? []),
    ]),
  ];
}

function withOccurrences<T>(items: readonly T[], key: (item: T) => string): Map<string, T> {
  const counts = new Map<string, number>();
  const found = new Map<string, T>();
  for (const item of items) {
    const name = key(item);
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    found.set(JSON.stringify([name, count]), item);
  }
  return found;
}

const nameOf = ({ name }: ReportPhase): string => name;

function comparePhases(left: ReportPhase | null, right: ReportPhase | null): ComparedPhase {
  const [from, to] = [left, right].map((phase) => (phase === null ? null : parseDuration(phase.duration)));
  return {
    name: (left ?? right)?.name ?? '',
    left,
    right,
    durationDifference: typeof from === 'number' && typeof to === 'number' ? to - from : null,
    differences:
      left === null
        ? ['only_right']
        : right === null
          ? ['only_left']
          : left.outcome === right.outcome
            ? []
            : ['outcome'],
  };
}

interface Row {
  readonly phase: string;
  readonly index: number;
  readonly result: ReportedValue;
  readonly curve: ComparedCurve | null;
}

const rowsOf = (phases: readonly (ReportPhase | null)[]): Row[] =>
  phases.flatMap((phase, index) =>
    (phase?.measurements ?? []).flatMap((measurement) =>
      resultsOf(measurement).map((result) => ({
        phase: phase?.name ?? '',
        index,
        result,
        curve:
          result.of === null && measurement.curve !== undefined && measurement.curve.points > 0
            ? { measurement: measurement.id, curve: measurement.curve }
            : null,
      })),
    ),
  );

const keyOf = ({ index, result }: Row): string => JSON.stringify([index, result.of, result.name]);

function compareRows(left: Row | null, right: Row | null): ComparedMeasurement {
  const { phase, result } = left ?? right ?? { phase: '', result: { name: '', of: null } };
  return {
    phase,
    name: result.name,
    of: result.of,
    left: left?.result ?? null,
    right: right?.result ?? null,
    leftCurve: left?.curve ?? null,
    rightCurve: right?.curve ?? null,
    difference: differenceOf(left?.result, right?.result),
    differences: differencesOf(left?.result, right?.result),
  };
}

function differenceOf(left: ReportedValue | undefined, right: ReportedValue | undefined): number | null {
  if (typeof left?.value !== 'number' || typeof right?.value !== 'number' || !hasSameUnits(left, right)) return null;
  const difference = right.value - left.value;
  return Number.isFinite(difference) ? difference : null;
}

function differencesOf(left: ReportedValue | undefined, right: ReportedValue | undefined): Difference[] {
  if (left === undefined) return ['only_right'];
  if (right === undefined) return ['only_left'];
  return [
    ...(left.outcome === right.outcome ? [] : (['outcome'] as const)),
    ...(limitsText(left.validators) === limitsText(right.validators) ? [] : (['limits'] as const)),
    ...(hasSameUnits(left, right) ? [] : (['units'] as const)),
    ...(textOf(left.value) === textOf(right.value) ? [] : (['value'] as const)),
  ];
}

const hasSameUnits = (left: ReportedValue, right: ReportedValue): boolean => (left.units ?? '') === (right.units ?? '');

/** The order of the keys of an object is not a difference. */
const textOf = (value: unknown): string =>
  JSON.stringify(value ?? null, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
