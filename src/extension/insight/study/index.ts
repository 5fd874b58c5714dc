import * as vscode from 'vscode';
import * as z from 'zod';
import { studies, type StudySummary } from '../../../shared/contract/studies.ts';
import { oneLine } from '../../../shared/format/oneLine.ts';
import type { Connection } from '../../connection/connection.ts';
import { pickProcedure } from '../../connection/procedureLinks.ts';
import { plainLabel } from '../../vscode/messages.ts';
import { PagePanels } from '../../vscode/pagePanels.ts';
import { pickOne } from '../../vscode/pick.ts';
import { UserError } from '../../vscode/userError.ts';
import type { AnalyticsSource } from '../analyticsSource.ts';
import { createStudy, type StudySubject } from './newStudy.ts';
import { StudyPanel, type StudyServices } from './studyPanel.ts';

const subjectArgument = z.object({ procedureId: z.uuid(), phaseName: z.string(), measurementName: z.string() });

export function registerStudies(services: StudyServices, source: AnalyticsSource): PagePanels {
  const { commands, connection, context } = services;
  const pages = new PagePanels(
    'testStations.study',
    context.extensionUri,
    (panel, id) => new StudyPanel(panel, id, services),
  );
  commands.register('newGaugeStudy', async (argument) => {
    await requireStudies(connection);
    const { id, name } = await createStudy(connection, source, await subjectOf(connection, argument));
    await pages.open(id, oneLine(name));
  });
  commands.register('openGaugeStudy', async () => {
    await requireStudies(connection);
    const { id, name } = await pickStudy(connection);
    await pages.open(id, oneLine(name));
  });
  return pages;
}

async function subjectOf(connection: Connection, argument: unknown): Promise<StudySubject> {
  const { data } = subjectArgument.safeParse(argument);
  if (data === undefined)
    return { procedure: (await pickProcedure(connection, vscode.l10n.t('New gauge study'))).id, measurement: null };
  const { procedureId, phaseName, measurementName } = data;
  return { procedure: procedureId, measurement: { phase_name: phaseName, measurement_name: measurementName } };
}

async function requireStudies(connection: Connection): Promise<void> {
  if (await connection.can('studies')) return;
  throw new UserError(
    vscode.l10n.t('{0} has no gauge studies. They need a station server of Test Stations.', connection.serverName),
  );
}

async function pickStudy(connection: Connection): Promise<StudySummary> {
  const { data } = await connection.call(studies.list, { query: {} });
  if (data.length === 0) throw new UserError(vscode.l10n.t('There is no gauge study yet.'));
  const items = data.map((study) => ({
    label: plainLabel(study.name),
    description: plainLabel(study.procedure.name),
    detail: vscode.l10n.t('{0} of {1} runs', study.done, study.run_count),
    study,
  }));
  return (await pickOne(items, { title: vscode.l10n.t('Open gauge study'), matchOnDescription: true })).study;
}
