import * as vscode from 'vscode';
import type { MeasurementSummary } from '../../../shared/contract/analytics.ts';
import { studies, type Study } from '../../../shared/contract/studies.ts';
import { oneLine } from '../../../shared/format/oneLine.ts';
import type { Connection } from '../../connection/connection.ts';
import { listStations } from '../../connection/stationSource.ts';
import { UserError } from '../../vscode/userError.ts';
import type { AnalyticsSource } from '../analyticsSource.ts';
import { loadRecentUnits } from './partsQuestion.ts';
import { StudyQuestions } from './studyQuestions.ts';

export interface StudySubject {
  readonly procedure: string;
  readonly measurement: { readonly phase_name: string; readonly measurement_name: string } | null;
}

const nameLength = 60;

/** @throws UserError if no station is linked to the procedure */
export async function createStudy(
  connection: Connection,
  source: AnalyticsSource,
  { procedure, measurement }: StudySubject,
): Promise<Study> {
  const { measurements: all } = await source.measurements(procedure);
  const measurements = all
    .filter(({ type }) => type === 'numeric' || type === 'boolean')
    .filter(
      ({ phase_name, measurement_name }) =>
        measurement === null ||
        (phase_name === measurement.phase_name && measurement_name === measurement.measurement_name),
    );
  const recent = await loadRecentUnits(connection, procedure);
  const stations = (await listStations(connection)).filter(({ procedures }) =>
    procedures.some(({ id }) => id === procedure),
  );
  if (stations.length === 0) {
    throw new UserError(vscode.l10n.t('No station is linked to this procedure. Link it to a station first.'));
  }
  const isGiven = measurement !== null && measurements.length > 0;
  const plan = new StudyQuestions({ measurements, isGiven, recent, stations });
  await plan.ask();
  return connection.call(studies.create, {
    body: {
      procedure_id: procedure,
      name: nameOf(plan.measurements),
      measurements: plan.measurements.map(({ phase_name, measurement_name }) => ({ phase_name, measurement_name })),
      parts: plan.parts,
      appraisers: plan.appraisers,
      trials: plan.trials,
    },
  });
}

function nameOf(chosen: readonly MeasurementSummary[]): string {
  const what = chosen.length === 0 ? vscode.l10n.t('Outcome') : chosen.map((each) => each.measurement_name).join(', ');
  const date = new Date().toLocaleDateString(vscode.env.language, { dateStyle: 'medium' });
  return `${oneLine(what, nameLength - date.length - 3)} · ${date}`;
}
