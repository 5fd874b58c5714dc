import * as vscode from 'vscode';
import type { Services } from '../connection/services.ts';
import { PagePanels } from '../vscode/pagePanels.ts';
import type { AnalyticsSource } from './analyticsSource.ts';
import { currentLimits } from './applyLimits.ts';
import { limitsDocuments, loadLimitsEditor } from './limitsEditor.ts';
import { limitsPageSubject, LimitsPanel, pageSubjectOf } from './limitsPanel.ts';
import { askLimitsSubject } from './limitsSubject.ts';

export function registerSetLimits(services: Services, source: AnalyticsSource): vscode.Disposable {
  const { commands, connection, store, context } = services;
  const pages = new PagePanels(
    'testStations.limits',
    context.extensionUri,
    (panel, subject) => new LimitsPanel(panel, subject, services, source),
    (subject) => {
      const { script, procedureId, phaseName, measurementName } = pageSubjectOf(subject);
      return JSON.stringify([script, procedureId, phaseName, measurementName]);
    },
  );
  commands.register('setLimits', async (argument) => {
    const subject = await askLimitsSubject(connection, store, source, argument);
    await currentLimits(subject); // Says at once if they cannot be edited.
    const title = vscode.l10n.t('Limits from Data');
    await pages.open(limitsPageSubject(subject), title, vscode.ViewColumn.Beside);
  });
  const actions = vscode.languages.registerCodeActionsProvider(limitsDocuments, new LimitsActions(), {
    providedCodeActionKinds: [vscode.CodeActionKind.RefactorRewrite],
  });
  return vscode.Disposable.from(pages, actions);
}

class LimitsActions implements vscode.CodeActionProvider {
  async provideCodeActions(document: vscode.TextDocument, range: vscode.Range): Promise<vscode.CodeAction[]> {
    const source = document.getText();
    if (!/measure|_limit|validators/i.test(source)) return [];
    const { editableMeasurements } = await loadLimitsEditor(document);
    const offset = document.offsetAt(range.start);
    const found = editableMeasurements(source).find(({ from, to }) => from <= offset && offset <= to);
    if (found === undefined) return [];
    const title = vscode.l10n.t('Set Limits of {0} from Data…', found.name);
    const action = new vscode.CodeAction(title, vscode.CodeActionKind.RefactorRewrite);
    const phaseName = found.phases.length === 1 ? found.phases[0] : undefined;
    action.command = {
      command: 'testStations.setLimits',
      title,
      arguments: [{ phaseName, measurementName: found.name }],
    };
    return [action];
  }
}
