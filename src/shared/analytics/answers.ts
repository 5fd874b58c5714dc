import type { analytics, AnalyticsFilter, AnalyticsSplit } from '../contract/analytics.ts';
import type { Answer } from '../contract/operation.ts';
import { lastAttempts } from '../run/attempts.ts';
import type { SpecLimits } from '../statistics/capability.ts';
import type { Calendar } from '../uptime/uptimeCalendar.ts';
import {
  type Distributed,
  failuresOf,
  figuresOf,
  isSameSegment,
  measurementDay,
  newestOf,
  retestCounts,
  runFigures,
  segmentKey,
  segmentsOf,
  totalOf,
  typeOf,
} from './figures.ts';
import { MeasurementTotal } from './measurementTotal.ts';
import { isAt, type Place, splitValue } from './place.ts';
import { isReading, type NamedMeasurement, type ProcedureSummary } from './summarizeDay.ts';
import type { TestedRun } from './testedRun.ts';

export interface Subject {
  readonly procedure: { readonly id: string; readonly name: string };
  readonly calendar: Calendar;
}

export interface Split {
  readonly split_by: AnalyticsSplit;
}

export type MeasurementName = Pick<NamedMeasurement, 'phase_name' | 'measurement_name'>;

export interface ProcedureDay {
  readonly startsAt: number;
  readonly groups: readonly ProcedureSummary[];
}

export interface MeasurementDay extends NamedMeasurement {
  readonly startsAt: number;
}

export interface MeasuredValue {
  readonly run_id: string;
  readonly serial_number: string;
  readonly station: string | null;
  readonly started_at: number;
  readonly passed: boolean;
  readonly value: number;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly units: string | null;
}

export type NamesOf = (split: AnalyticsSplit, ids: readonly string[]) => Promise<ReadonlyMap<string, string>>;

/** @param days of the runs whose batch and operator are wanted, oldest first; they tell apart what they are split by */
export async function procedureAnswer(
  subject: Subject,
  days: readonly ProcedureDay[],
  filter: AnalyticsFilter & Split,
  namesOf: NamesOf,
): Promise<Answer<typeof analytics.procedure>> {
  const found = days
    .map(({ startsAt, groups }) => ({ startsAt, groups: groups.filter((group) => isWanted(group, filter)) }))
    .filter(({ groups }) => groups.length > 0);
  const groups = found.flatMap((day) => day.groups);
  const split = Map.groupBy(groups, (group) => splitValue(group, filter.split_by));
  const names = await namesOf(filter.split_by, idsOf(split));
  return {
    ...covered(subject, groups),
    ...runFigures(groups),
    retests: retestCounts(groups),
    days: found.map(({ startsAt, groups }) => ({ date: subject.calendar.dateAt(startsAt), ...runFigures(groups) })),
    groups: byName([...split].map(([id, members]) => ({ id, name: nameOf(id, names), ...runFigures(members) }))),
    failures: failuresOf(found.map((day) => day.groups)),
  };
}

/**
 * @param days of all measurements of the runs whose batch and operator are wanted, oldest first; without distributions, too
 * @param newestRuns those whose values are shown beside a measurement, oldest first
 */
export function measurementsAnswer(
  subject: Subject,
  days: Iterable<MeasurementDay>,
  newestRuns: Iterable<Pick<TestedRun, 'phases'>>,
  filter: AnalyticsFilter,
): Answer<typeof analytics.measurements> {
  const totals = new Map<string, { name: MeasurementName; total: MeasurementTotal }>();
  for (const { phase_name, measurement_name, groups } of days) {
    const name = { phase_name, measurement_name };
    const key = keyOf(name);
    for (const group of groups.filter((each) => isWanted(each, filter))) {
      const known = totals.get(key);
      if (known === undefined) totals.set(key, { name, total: new MeasurementTotal(group) });
      else known.total.add(group);
    }
  }
  const measurements = new Map(
    [...totals].map(([key, { name, total }]) => [key, { ...name, ...total.figures(), recent: new Array<number>() }]),
  );
  addRecentValues(measurements, newestRuns);
  return {
    ...covered(
      subject,
      [...totals.values()].map(({ total }) => total.covered),
    ),
    measurements: [...measurements.values()],
  };
}

/**
 * @param days of the measurement and the runs whose batch and operator are wanted, oldest first
 * @param splitDays the same days, which tell apart what they are split by. The figures of the whole must not depend on that:
 *   values of two operators may follow each other.
 */
export async function measurementAnswer(
  subject: Subject,
  days: readonly MeasurementDay[],
  splitDays: readonly MeasurementDay[],
  filter: AnalyticsFilter & Split & MeasurementName,
  namesOf: NamesOf,
): Promise<Answer<typeof analytics.measurement>> {
  const { phase_name, measurement_name, split_by } = filter;
  const perDay = days
    .map((day) => ({ startsAt: day.startsAt, all: distributed(day).filter(({ group }) => isWanted(group, filter)) }))
    .filter(({ all }) => all.length > 0);
  const all = perDay.flatMap((day) => day.all);
  const groups = all.map(({ group }) => group);
  const newest = newestOf(groups);
  const current = splitDays
    .flatMap((day) => day.groups)
    .filter((group) => isWanted(group, filter))
    .filter((group) => newest !== undefined && isSameSegment(group, newest));
  const split = Map.groupBy(current, (group) => splitValue(group, split_by));
  const names = await namesOf(split_by, idsOf(split));
  return {
    ...covered(subject, groups),
    phase_name,
    measurement_name,
    type: typeOf(newestOf(groups.filter(({ type }) => type !== 'empty'))),
    units: newest?.units ?? null,
    segments: segmentsOf(all),
    days: perDay.map(({ startsAt, all }) => measurementDay(subject.calendar.dateAt(startsAt), all)),
    groups: byName(
      [...split].map(([id, members]) => ({
        id,
        name: nameOf(id, names),
        ...figuresOf(totalOf(members), newest ?? { lower: null, upper: null }),
      })),
    ),
  };
}

/** @param found oldest first; more than `limit` if there are older ones @param hasOlder or there may be, not looked for */
export function valuesAnswer(
  subject: Subject,
  found: readonly MeasuredValue[],
  limit: number,
  hasOlder = false,
): Answer<typeof analytics.values> {
  const values = found.slice(-limit);
  const limits = [...new Map(values.map((value) => [segmentKey(value), value])).entries()];
  const indexes = new Map(limits.map(([key], index) => [key, index]));
  const stations = [...new Set(values.flatMap(({ station }) => station ?? []))];
  const stationIndexes = new Map(stations.map((name, index) => [name, index]));
  return {
    procedure: subject.procedure,
    time_zone: subject.calendar.zone,
    from: values[0]?.started_at ?? null,
    to: values.at(-1)?.started_at ?? null,
    started_at: values.map(({ started_at }) => started_at),
    values: values.map(({ value }) => value),
    passed: values.map(({ passed }) => passed),
    run_ids: values.map(({ run_id }) => run_id),
    serial_numbers: values.map(({ serial_number }) => serial_number),
    stations_index: values.map(({ station }) => (station === null ? -1 : (stationIndexes.get(station) ?? -1))),
    stations,
    limits_index: values.map((value) => indexes.get(segmentKey(value)) ?? 0),
    limits: limits.map(([, { lower, upper, units }]) => ({ lower, upper, units })),
    has_more: hasOlder || found.length > values.length,
  };
}

function addRecentValues(
  measurements: ReadonlyMap<string, SpecLimits & { readonly units: string | null; readonly recent: number[] }>,
  runs: Iterable<Pick<TestedRun, 'phases'>>,
): void {
  for (const run of runs) {
    for (const phase of lastAttempts(run.phases)) {
      for (const tested of phase.measurements) {
        const current = measurements.get(keyOf({ phase_name: phase.name, measurement_name: tested.name }));
        if (current === undefined || !isSameSegment(tested, current) || !isReading(tested.value)) continue;
        current.recent.push(tested.value);
      }
    }
  }
}

function covered(
  { procedure, calendar }: Subject,
  groups: readonly Pick<ProcedureSummary, 'first_started_at' | 'last_started_at'>[],
) {
  const isEmpty = groups.length === 0;
  return {
    procedure,
    time_zone: calendar.zone,
    from: isEmpty ? null : firstStart(groups),
    to: isEmpty ? null : groups.reduce((last, group) => Math.max(last, group.last_started_at), -Infinity),
  };
}

const idsOf = (split: ReadonlyMap<string | null, unknown>): string[] => [...split.keys()].filter((id) => id !== null);

const keyOf = ({ phase_name, measurement_name }: MeasurementName): string =>
  JSON.stringify([phase_name, measurement_name]);

const isWanted = (group: Place & { readonly is_first_attempt: boolean }, filter: AnalyticsFilter): boolean =>
  isAt(group, filter) && (filter.attempts === 'all' || group.is_first_attempt);

const firstStart = (groups: readonly { readonly first_started_at: number }[]): number =>
  groups.reduce((first, group) => Math.min(first, group.first_started_at), Infinity);

const distributed = ({ groups, digests }: MeasurementDay): Distributed[] =>
  groups.flatMap((group, index) => {
    const digest = digests[index];
    return digest === undefined ? [] : { group, digest };
  });

const nameOf = (id: string | null, names: ReadonlyMap<string, string>): string =>
  id === null ? '' : (names.get(id) ?? id);

const byName = <T extends { readonly name: string }>(groups: readonly T[]): T[] =>
  [...groups].sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
