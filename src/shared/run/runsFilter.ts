import * as z from 'zod';
import { outcome } from '../contract/common.ts';
import type { Input } from '../contract/operation.ts';
import type { runs } from '../contract/runs.ts';

const choice = z.object({ id: z.string(), name: z.string() });
export type Choice = z.infer<typeof choice>;

const time = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('any') }),
  z.object({ kind: z.literal('today') }),
  z.object({ kind: z.literal('last'), hours: z.number().int().positive() }),
  /** Local times such as `2026-11-28` or `2026-11-28 14:30`. A day alone is whole. An end may be open. */
  z.object({ kind: z.literal('between'), from: z.string().nullable(), to: z.string().nullable() }),
]);

/** Which runs the Runs view lists. An empty list or text does not filter. */
export const runsFilter = z.object({
  /** `selected`: of the station that is selected in the window at that time. */
  stations: z.union([z.enum(['selected', 'all']), z.array(choice).min(1)]),
  procedures: z.array(choice),
  outcomes: z.array(outcome),
  time,
  parts: z.array(z.string()),
  operators: z.array(choice),
  failedMeasurements: z.array(z.string()),
  serialNumber: z.string(),
});
export type RunsFilter = z.infer<typeof runsFilter>;

export const noFilter: RunsFilter = {
  stations: 'selected',
  procedures: [],
  outcomes: [],
  time: { kind: 'any' },
  parts: [],
  operators: [],
  failedMeasurements: [],
  serialNumber: '',
};

export const isSameFilter = (a: RunsFilter, b: RunsFilter): boolean => normal(a) === normal(b);

const normal = ({ stations, time: at, serialNumber, ...lists }: RunsFilter): string =>
  JSON.stringify([
    typeof stations === 'string' ? stations : inOrder(stations),
    Object.entries(at).sort(),
    serialNumber,
    inOrder(lists.procedures),
    inOrder(lists.outcomes),
    inOrder(lists.parts),
    inOrder(lists.operators),
    inOrder(lists.failedMeasurements),
  ]);

const inOrder = (values: readonly (string | Choice)[]): string[] =>
  values.map((value) => (typeof value === 'string' ? value : value.id)).sort();

type ListQuery = Input<typeof runs.list>['query'];
export type RunsQuery = Partial<
  Pick<
    ListQuery,
    | 'created_by_station_ids'
    | 'procedure_ids'
    | 'outcomes'
    | 'part_numbers'
    | 'operated_by_ids'
    | 'failed_measurements'
    | 'started_after'
    | 'started_before'
    | 'search_query'
  >
>;

export function runsQuery(filter: RunsFilter, selectedStation: string | undefined, now: number): RunsQuery | undefined {
  const { stations, procedures, outcomes, parts, operators, failedMeasurements, serialNumber } = filter;
  if (stations === 'selected' && selectedStation === undefined) return undefined;
  const stationIds = stations === 'all' ? [] : stations === 'selected' ? [selectedStation ?? ''] : stations.map(idOf);
  const { from, to } = timeRange(filter.time, now);
  return {
    ...(stationIds.length === 0 ? {} : { created_by_station_ids: stationIds }),
    ...(procedures.length === 0 ? {} : { procedure_ids: procedures.map(idOf) }),
    ...(outcomes.length === 0 ? {} : { outcomes: [...outcomes] }),
    ...(parts.length === 0 ? {} : { part_numbers: [...parts] }),
    ...(operators.length === 0 ? {} : { operated_by_ids: operators.map(idOf) }),
    ...(failedMeasurements.length === 0 ? {} : { failed_measurements: [...failedMeasurements] }),
    ...(from === null ? {} : { started_after: new Date(from).toISOString() }),
    ...(to === null ? {} : { started_before: new Date(to).toISOString() }),
    ...(serialNumber === '' ? {} : { search_query: serialNumber }),
  };
}

const idOf = ({ id }: Choice): string => id;

export function timeRange(range: RunsFilter['time'], now: number): { from: number | null; to: number | null } {
  switch (range.kind) {
    case 'any':
      return { from: null, to: null };
    case 'today':
      return { from: new Date(now).setHours(0, 0, 0, 0), to: null };
    case 'last':
      return { from: now - range.hours * 3_600_000, to: null };
    case 'between':
      return {
        from: range.from === null ? null : (localTime(range.from)?.first ?? null),
        to: range.to === null ? null : (localTime(range.to)?.last ?? null),
      };
  }
}

const localTimePattern = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d))?$/;

/** Parses a day or a minute of local time. @returns its first and last millisecond, or undefined if there is no such time */
export function localTime(text: string): { first: number; last: number } | undefined {
  const found = localTimePattern.exec(text.trim());
  if (found === null) return undefined;
  const [year = 0, month = 0, day = 0] = found.slice(1, 4).map(Number);
  const hasMinute = found[4] !== undefined;
  const [hour, minute] = hasMinute ? [Number(found[4]), Number(found[5])] : [0, 0];
  const first = new Date(year, month - 1, day, hour, minute);
  if (hour > 23 || minute > 59 || first.getMonth() !== month - 1 || first.getDate() !== day) return undefined;
  // Not every day has 24 hours.
  const next = hasMinute ? first.getTime() + 60_000 : new Date(year, month - 1, day + 1).getTime();
  return { first: first.getTime(), last: next - 1 };
}
