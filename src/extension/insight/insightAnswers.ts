import * as vscode from 'vscode';
import type { InsightQuestion, InsightSubject, ToInsight } from '../../shared/contract/insightView.ts';
import type { AnalyticsSource } from './analyticsSource.ts';
import { groupQuery, rangeQuery } from './insightQuery.ts';
import { newestRuns } from './listedAnalytics.ts';

/** The newest values of a measurement that a page draws. */
const shownValues = 2000;

/** Loads what a page shows. */
export async function loadInsight(
  source: AnalyticsSource,
  { procedure, measurement }: InsightSubject,
  question: InsightQuestion,
): Promise<ToInsight> {
  const { split_by, group } = question;
  const range = rangeQuery(question);
  if (measurement === null) {
    const statistics = await source.procedure(procedure, { ...range, split_by });
    const { measurements } = await source.measurements(procedure, range);
    const routes = await source.routes(procedure, range);
    return { type: 'procedure', question, statistics, measurements, routes, left_out: await leftOut(source, true) };
  }
  const query = { ...range, ...groupQuery(question), ...measurement };
  const statistics = await source.measurement(procedure, { ...query, split_by });
  const all = { ...range, ...measurement, split_by };
  const { groups } = group === null ? statistics : await source.measurement(procedure, all);
  const values = await source.values(procedure, { ...query, limit: shownValues });
  return { type: 'measurement', question, statistics, groups, values, left_out: await leftOut(source, false) };
}

async function leftOut(source: AnalyticsSource, hasAllMeasurements: boolean): Promise<string | null> {
  if (await source.isComputedByServer()) return null;
  const [runs, fewer] = [newestRuns.runs, newestRuns.runsOfAllMeasurements].map((count) =>
    count.toLocaleString(vscode.env.language),
  );
  return hasAllMeasurements
    ? vscode.l10n.t(
        'This server computes no statistics. They are of the newest {0} runs at most, and the measurements of the newest {1}.',
        runs ?? '',
        fewer ?? '',
      )
    : vscode.l10n.t('This server computes no statistics. They are of the newest {0} runs at most.', runs ?? '');
}
