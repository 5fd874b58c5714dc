import type { AnalyticsFilter, AnalyticsSplit } from '../contract/analytics.ts';
import type { Calendar } from '../uptime/uptimeCalendar.ts';
import type { TestedRun } from './testedRun.ts';

/** What the runs of a group have in common; null for runs without it. */
export interface Place {
  readonly station_id: string | null;
  readonly revision_id: string | null;
  readonly version_id: string | null;
  readonly batch_id: string | null;
  readonly operated_by: string | null;
  readonly shift: string | null;
  readonly slot: string | null;
  /** Whether the units are golden, failing or ignored ones. */
  readonly is_reference: boolean;
}

type Dimension = Exclude<keyof Place, 'is_reference'>;

const dimensions: Readonly<Record<AnalyticsSplit, Dimension>> = {
  station: 'station_id',
  revision: 'revision_id',
  version: 'version_id',
  batch: 'batch_id',
  operator: 'operated_by',
  shift: 'shift',
  slot: 'slot',
};

export type PlaceFilter = Pick<
  AnalyticsFilter,
  | 'station_ids'
  | 'revision_ids'
  | 'procedure_version_ids'
  | 'batch_ids'
  | 'operators'
  | 'shifts'
  | 'slots'
  | 'include_reference_units'
>;

/** What stored summaries do not tell apart. */
export type Detail = Extract<AnalyticsSplit, 'batch' | 'operator' | 'shift' | 'slot'>;

export const isDetail = (split: AnalyticsSplit): split is Detail =>
  split === 'batch' || split === 'operator' || split === 'shift' || split === 'slot';

/** Returns whether stored summaries have the runs that a filter is about. */
export const isStored = ({ batch_ids = [], operators = [], shifts = [], slots = [] }: PlaceFilter): boolean =>
  [batch_ids, operators, shifts, slots].every(({ length }) => length === 0);

const among = (value: string | null, wanted: readonly string[] | undefined): boolean =>
  wanted === undefined || wanted.length === 0 || (value !== null && wanted.includes(value));

/** Returns whether a group is wanted, apart from its batch, operator, shift and slot. */
export const isAt = (place: Place, filter: PlaceFilter): boolean =>
  (!place.is_reference || filter.include_reference_units) &&
  among(place.station_id, filter.station_ids) &&
  among(place.revision_id, filter.revision_ids) &&
  among(place.version_id, filter.procedure_version_ids);

export const isInDetail = (
  run: Pick<TestedRun, 'batch_id' | 'operated_by' | 'shift' | 'slot'>,
  filter: PlaceFilter,
): boolean =>
  among(run.batch_id, filter.batch_ids) &&
  among(run.operated_by, filter.operators) &&
  among(run.shift, filter.shifts) &&
  among(run.slot, filter.slots);

export const splitValue = (place: Place, split: AnalyticsSplit): string | null => place[dimensions[split]];

export const placeOf = (run: TestedRun, detail: Detail | null): Place => ({
  station_id: run.station_id,
  revision_id: run.revision_id,
  version_id: run.version_id,
  batch_id: detail === 'batch' ? run.batch_id : null,
  operated_by: detail === 'operator' ? run.operated_by : null,
  shift: detail === 'shift' ? run.shift : null,
  slot: detail === 'slot' ? run.slot : null,
  is_reference: run.sample !== null,
});

/** Days beyond these have no ISO date of four digits for the year. */
const earliest = Date.parse('0001-01-03T00:00:00Z');
const latest = Date.parse('9999-12-29T00:00:00Z');

/** Returns the first and the last start of a question, in milliseconds since 1970. Each day counts as a whole. */
export function rangeOf(
  { started_after, started_before }: Pick<AnalyticsFilter, 'started_after' | 'started_before'>,
  calendar: Calendar,
): { from: number; to: number } {
  const edgesAt = (text: string): number[] =>
    calendar.days(Math.min(Math.max(Date.parse(text), earliest), latest), 1).edges;
  const [from = earliest] = started_after === undefined ? [] : edgesAt(started_after);
  const [, end = latest] = started_before === undefined ? [] : edgesAt(started_before);
  return { from, to: end - 1 };
}
