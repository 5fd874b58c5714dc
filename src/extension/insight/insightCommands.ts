import * as vscode from 'vscode';
import * as z from 'zod';
import { type InsightSubject, insightSubject } from '../../shared/contract/insightView.ts';
import { withoutIcons } from '../../shared/format/markdown.ts';
import type { Connection } from '../connection/connection.ts';
import { pickProcedure } from '../connection/procedureLinks.ts';
import type { Services } from '../connection/services.ts';
import { pickOne } from '../vscode/pick.ts';
import { UserError } from '../vscode/userError.ts';
import type { AnalyticsSource } from './analyticsSource.ts';
import type { Exports } from './export/exports.ts';

const daysArgument = z.object({ days: insightSubject.shape.days.catch(30) }).catch({ days: 30 });
const procedureArgument = z.object({ procedureId: z.uuid() });
const procedureNode = z.object({ procedure: z.object({ id: z.uuid() }) });
const measurementArgument = procedureArgument.extend({ phaseName: z.string(), measurementName: z.string() });

export function registerInsightCommands(
  { commands, connection }: Services,
  source: AnalyticsSource,
  exports: Exports,
  open: (subject: InsightSubject) => Promise<void>,
): void {
  commands.register('openProcedureStatistics', async (argument) => {
    const procedure = await procedureOf(connection, argument);
    await open({ procedure, measurement: null, ...daysArgument.parse(argument) });
  });
  commands.register('exportStatistics', async (argument) => {
    const procedure = await procedureOf(connection, argument);
    const all = { days: null, split_by: 'station', group: null } as const;
    await exports.statistics({ procedure, measurement: null }, all);
  });
  commands.register('openMeasurement', async (argument) => {
    const { data } = measurementArgument.safeParse(argument);
    const procedure = data?.procedureId ?? (await procedureOf(connection, argument));
    const measurement = data
      ? { phase_name: data.phaseName, measurement_name: data.measurementName }
      : await askMeasurement(source, procedure);
    await open({ procedure, measurement, ...daysArgument.parse(argument) });
  });
}

async function procedureOf(connection: Connection, argument: unknown): Promise<string> {
  const id =
    procedureArgument.safeParse(argument).data?.procedureId ?? procedureNode.safeParse(argument).data?.procedure.id;
  return id ?? (await pickProcedure(connection, vscode.l10n.t('Statistics of a procedure'))).id;
}

async function askMeasurement(
  source: AnalyticsSource,
  procedure: string,
): Promise<NonNullable<InsightSubject['measurement']>> {
  const { measurements } = await source.measurements(procedure);
  if (measurements.length === 0) {
    throw new UserError(vscode.l10n.t('No run of this procedure has a measurement yet.'));
  }
  const items = measurements.map(({ phase_name, measurement_name }) => ({
    label: withoutIcons(measurement_name),
    description: withoutIcons(phase_name),
    measurement: { phase_name, measurement_name },
  }));
  const title = vscode.l10n.t('Statistics of a measurement');
  return (await pickOne(items, { title, matchOnDescription: true })).measurement;
}
