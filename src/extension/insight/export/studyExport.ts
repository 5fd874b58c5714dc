import * as vscode from 'vscode';
import type { Study } from '../../../shared/contract/studies.ts';
import { studyResultTable, studyRunsTable } from '../../../shared/export/studyTables.ts';
import { exportTable } from './tableExport.ts';

export const exportStudy = (study: Study): Promise<void> =>
  exportTable(vscode.l10n.t('Export gauge study'), [
    {
      label: vscode.l10n.t('Runs of the study'),
      name: `${study.name} runs`,
      load: () => studyRunsTable(study),
    },
    {
      label: vscode.l10n.t('Result'),
      name: `${study.name} result`,
      load: () => studyResultTable(study),
    },
  ]);
