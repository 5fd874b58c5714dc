import type { AnalyticsFilter, AnalyticsSplit } from '../contract/analytics.ts';
import type { TestedRun } from './testedRun.ts';

/** What the runs of a group have in common; null for runs without it. */
export interface Place {
  readonly station_id: string | null;
  readonly revision_id: string | null;
  readonly version_id: string | null;
  readonly batch_id: string | null;
  readonly operated_by: string | null;
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
};

export type PlaceFilter = Pick<
  AnalyticsFilter,
  'station_ids' | 'revision_ids' | 'procedure_version_ids' | 'batch_ids' | 'operators' | 'include_reference_units'
>;

/** Returns whether stored summaries can answer: they do not tell batches and operators apart. */
export const isStoredPlace = ({ batch_ids, operators }: PlaceFilter, split: AnalyticsSplit): boolean =>
  (batch_ids ?? []).length === 0 && (operators ?? []).length === 0 && split !== 'batch' && split !== 'operator';

export function isAt(place: Place, filter: PlaceFilter): boolean {
  const among = (value: string | null, wanted: readonly string[] | undefined): boolean =>
    wanted === undefined || wanted.length === 0 || (value !== null && wanted.includes(value));
  return (
    (!place.is_reference || filter.include_reference_units) &&
    among(place.station_id, filter.station_ids) &&
    among(place.revision_id, filter.revision_ids) &&
    among(place.version_id, filter.procedure_version_ids) &&
    among(place.batch_id, filter.batch_ids) &&
    among(place.operated_by, filter.operators)
  );
}

export const splitValue = (place: Place, split: AnalyticsSplit): string | null => place[dimensions[split]];

/** @param isDetailed whether to tell batches and operators apart */
export const placeOf = (run: TestedRun, isDetailed: boolean): Place => ({
  station_id: run.station_id,
  revision_id: run.revision_id,
  version_id: run.version_id,
  batch_id: isDetailed ? run.batch_id : null,
  operated_by: isDetailed ? run.operated_by : null,
  is_reference: run.sample !== null,
});

const latest = Date.UTC(9999, 11, 31);

/** Returns the starts of the runs that a question covers, in milliseconds since 1970, both included. */
export const rangeOf = ({ started_after, started_before }: AnalyticsFilter): { from: number; to: number } => ({
  from: started_after === undefined ? 0 : Date.parse(started_after),
  to: started_before === undefined ? latest : Date.parse(started_before),
});
