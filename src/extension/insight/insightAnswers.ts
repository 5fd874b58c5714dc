import { analytics } from '../../shared/contract/analytics.ts';
import type { InsightQuestion, InsightSubject, ToInsight } from '../../shared/contract/insightView.ts';
import type { AnalyticsSource } from './analyticsSource.ts';
import { groupQuery, rangeQuery } from './insightQuery.ts';

/** The newest values of a measurement that a page draws. */
const shownValues = 2000;

/** Loads what a page shows. */
export async function loadInsight(
  source: AnalyticsSource,
  { procedure, measurement }: InsightSubject,
  question: InsightQuestion,
): Promise<ToInsight> {
  const { split_by, group } = question;
  const params = { id: procedure };
  const range = rangeQuery(question);
  if (measurement === null) {
    const statistics = await source.call(analytics.procedure, { params, query: { ...range, split_by } });
    const { measurements } = await source.call(analytics.measurements, { params, query: range });
    return { type: 'procedure', question, statistics, measurements };
  }
  const query = { ...range, ...groupQuery(question), ...measurement };
  const statistics = await source.call(analytics.measurement, { params, query: { ...query, split_by } });
  const all = { ...range, ...measurement, split_by };
  const { groups } = group === null ? statistics : await source.call(analytics.measurement, { params, query: all });
  const values = await source.call(analytics.values, { params, query: { ...query, limit: shownValues } });
  return { type: 'measurement', question, statistics, groups, values };
}
