import * as vscode from 'vscode';
import type { InsightQuestion, InsightSubject } from '../../../shared/contract/insightView.ts';
import {
  failuresTable,
  groupsTable,
  measurementDaysTable,
  measurementGroupsTable,
  measurementsTable,
  routesTable,
  segmentsTable,
  valueBatches,
  valueColumns,
  yieldTable,
} from '../../../shared/export/statisticsTables.ts';
import { columnsOf } from '../../../shared/export/table.ts';
import type { AnalyticsSource } from '../analyticsSource.ts';
import { groupQuery, rangeQuery } from '../insightQuery.ts';
import { exportTable } from './tableExport.ts';

/** The values that are loaded at a time: the server answers nothing else while it reads them. */
const valuesPerPage = 20_000;

export function exportStatistics(
  source: AnalyticsSource,
  { procedure, measurement }: Pick<InsightSubject, 'procedure' | 'measurement'>,
  question: InsightQuestion,
): Promise<void> {
  return measurement === null
    ? exportProcedure(source, procedure, question)
    : exportMeasurement(source, procedure, measurement, question);
}

async function exportProcedure(source: AnalyticsSource, id: string, question: InsightQuestion): Promise<void> {
  const range = rangeQuery(question);
  const { split_by } = question;
  const answer = await source.procedure(id, { ...range, split_by });
  const { days, failures, groups, procedure } = answer;
  const { routes } = (await source.routes(id, range)) ?? { routes: [] };
  await exportTable(vscode.l10n.t('Export statistics of {0}', procedure.name), [
    {
      label: vscode.l10n.t('Measurements'),
      name: `${procedure.name} measurements`,
      load: async () => {
        const { measurements } = await source.measurements(id, range);
        return measurementsTable(measurements);
      },
    },
    { label: vscode.l10n.t('Yield by day'), name: `${procedure.name} yield`, load: () => yieldTable(days) },
    { label: splitLabel(question), name: `${procedure.name} by ${split_by}`, load: () => groupsTable(groups) },
    { label: vscode.l10n.t('What failed'), name: `${procedure.name} failures`, load: () => failuresTable(failures) },
    ...(routes.length === 0
      ? []
      : [
          {
            label: vscode.l10n.t('Rolled throughput yield'),
            name: `${procedure.name} rolled throughput yield`,
            load: () => routesTable(routes),
          },
        ]),
  ]);
}

async function exportMeasurement(
  source: AnalyticsSource,
  id: string,
  measurement: NonNullable<InsightSubject['measurement']>,
  question: InsightQuestion,
): Promise<void> {
  const { split_by } = question;
  // All pages of a table must be of the same time.
  const query = { ...rangeQuery(question), ...groupQuery(question), ...measurement };
  const answer = await source.measurement(id, { ...query, split_by });
  const { days, groups, segments } = answer;
  const loadValues = (before: number | null) =>
    source.values(id, {
      ...query,
      ...(before === null ? {} : { started_before: new Date(before).toISOString() }),
      limit: valuesPerPage,
    });
  const columns = valueColumns(measurement);
  const name = measurement.measurement_name;
  await exportTable(vscode.l10n.t('Export statistics of {0}', name), [
    {
      label: vscode.l10n.t('Numeric values, each with its run'),
      name: `${name} values`,
      load: () => ({ columns: columnsOf(columns), batches: valueBatches(columns, loadValues) }),
    },
    { label: vscode.l10n.t('Figures by day'), name: `${name} by day`, load: () => measurementDaysTable(days) },
    { label: splitLabel(question), name: `${name} by ${split_by}`, load: () => measurementGroupsTable(groups) },
    { label: vscode.l10n.t('Changes of limits'), name: `${name} limits`, load: () => segmentsTable(segments) },
  ]);
}

const splitLabel = ({ split_by }: Pick<InsightQuestion, 'split_by'>): string =>
  ({
    station: vscode.l10n.t('By station'),
    revision: vscode.l10n.t('By revision'),
    version: vscode.l10n.t('By version'),
    batch: vscode.l10n.t('By batch'),
    operator: vscode.l10n.t('By operator'),
    shift: vscode.l10n.t('By shift'),
    slot: vscode.l10n.t('By slot'),
  })[split_by];
