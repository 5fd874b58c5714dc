import { analytics, type AnalyticsSplit } from '../../shared/contract/analytics.ts';
import type { InsightQuestion, InsightSubject, ToInsight } from '../../shared/contract/insightView.ts';
import type { AnalyticsSource } from './analyticsSource.ts';

/** The newest values of a measurement that a page draws. */
const shownValues = 2000;
const dayMs = 86_400_000;

const groupFilters = {
  station: 'station_ids',
  revision: 'revision_ids',
  version: 'procedure_version_ids',
  batch: 'batch_ids',
  operator: 'operators',
} as const satisfies Record<AnalyticsSplit, string>;

/** Loads what a page shows. */
export async function loadInsight(
  source: AnalyticsSource,
  { procedure, measurement }: InsightSubject,
  question: InsightQuestion,
): Promise<ToInsight> {
  const { days, split_by, group } = question;
  const params = { id: procedure };
  const range = days === null ? {} : { started_after: new Date(Date.now() - days * dayMs).toISOString() };
  if (measurement === null) {
    const statistics = await source.call(analytics.procedure, { params, query: { ...range, split_by } });
    const { measurements } = await source.call(analytics.measurements, { params, query: range });
    return { type: 'procedure', question, statistics, measurements };
  }
  const filter = group === null ? range : { ...range, [groupFilters[split_by]]: [group] };
  const query = { ...filter, ...measurement };
  const statistics = await source.call(analytics.measurement, { params, query: { ...query, split_by } });
  const all = { ...range, ...measurement, split_by };
  const { groups } = group === null ? statistics : await source.call(analytics.measurement, { params, query: all });
  const values = await source.call(analytics.values, { params, query: { ...query, limit: shownValues } });
  return { type: 'measurement', question, statistics, groups, values };
}
