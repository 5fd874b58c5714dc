import * as vscode from 'vscode';
import { runs } from '../../../shared/contract/runs.ts';
import type { Study, StudyTrial } from '../../../shared/contract/studies.ts';
import { oneLine } from '../../../shared/format/oneLine.ts';
import type { Connection } from '../../connection/connection.ts';
import { plainLabel } from '../../vscode/messages.ts';
import { outcomeIcon } from '../../vscode/outcomeIcons.ts';
import { pickOne } from '../../vscode/pick.ts';
import { shortTime } from '../../vscode/shortTime.ts';
import { UserError } from '../../vscode/userError.ts';

const shownRuns = 100;

export async function pickRunOfTrial(connection: Connection, study: Study, trial: StudyTrial): Promise<string> {
  const part = study.parts[trial.part]?.serial_number ?? '';
  const appraiser = study.appraisers[trial.appraiser];
  const used = new Set(study.plan.flatMap(({ run }) => run?.id ?? []));
  const { data } = await connection.call(runs.list, {
    query: {
      procedure_ids: [study.procedure.id],
      serial_numbers: [part],
      outcomes: ['PASS', 'FAIL'],
      ...(appraiser === undefined ? {} : { created_by_station_ids: [appraiser.station.id] }),
      limit: shownRuns,
    },
  });
  const free = data.filter(({ id, gauge_study }) => !used.has(id) && (gauge_study?.id ?? study.id) === study.id);
  if (free.length === 0) {
    throw new UserError(vscode.l10n.t('There is no other run of {0} that passed or failed.', oneLine(part)));
  }
  const items = free.map((run) => ({
    label: shortTime(new Date(run.started_at)),
    description: [run.outcome, plainLabel(run.created_by_station?.name ?? '')].filter(Boolean).join(' · '),
    iconPath: outcomeIcon(run.outcome),
    id: run.id,
  }));
  const who = plainLabel(appraiser?.name ?? '');
  const title = vscode.l10n.t('Run {0}: {1}, {2}', trial.position, plainLabel(part), who);
  return (await pickOne(items, { title })).id;
}
