import * as vscode from 'vscode';
import type { LimitsRefusal } from '../../shared/script/limitsRefusal.ts';
import type { SpecLimits } from '../../shared/statistics/capability.ts';
import { showDone, showWarning } from '../vscode/messages.ts';
import { UserError } from '../vscode/userError.ts';
import { loadLimitsEditor } from './limitsEditor.ts';
import { limitsText, refusalSentence } from './limitsSentences.ts';
import type { LimitsSubject } from './limitsSubject.ts';

/** Edits the limits in the editor, where the change can be undone. The script is not saved. */
export async function applyLimits(subject: LimitsSubject, limits: SpecLimits): Promise<void> {
  const { document, phaseName, measurementName, units } = subject;
  const { limitsEdit } = await loadLimitsEditor(document);
  const answer = limitsEdit(document.getText(), phaseName, measurementName, limits);
  if (answer.kind === 'refused') throw refusedError(answer, subject);
  const edit = new vscode.WorkspaceEdit();
  for (const { from, to, text } of answer.edits) {
    edit.replace(document.uri, new vscode.Range(document.positionAt(from), document.positionAt(to)), text);
  }
  const wasApplied = answer.edits.length === 0 || (await vscode.workspace.applyEdit(edit));
  if (!wasApplied) throw new UserError(vscode.l10n.t('The script could not be edited.'));
  await showLine(document, answer.line);
  if (answer.outcomeLine !== null) {
    await warnOfOutcome(document, measurementName, answer.outcomeLine);
    return;
  }
  showDone(
    answer.edits.length === 0
      ? vscode.l10n.t('{0} has these limits already.', measurementName)
      : vscode.l10n.t('Set the limits of {0}: {1}.', measurementName, limitsText(limits, units)),
  );
}

/** Returns the limits in the script. @throws UserError with the reason why they cannot be edited */
export async function currentLimits(subject: LimitsSubject): Promise<SpecLimits> {
  const { limitsInScript } = await loadLimitsEditor(subject.document);
  const answer = limitsInScript(subject.document.getText(), subject.phaseName, subject.measurementName);
  if (answer.kind === 'refused') throw refusedError(answer, subject);
  return answer.limits;
}

function refusedError(refusal: LimitsRefusal, { document, measurementName }: LimitsSubject): UserError {
  const { line } = refusal;
  const goToLine = { label: vscode.l10n.t('Go to Line'), run: () => showLine(document, line ?? 1) };
  return new UserError(refusalSentence(refusal, measurementName), line === null ? [] : [goToLine]);
}

async function showLine(document: vscode.TextDocument, line: number): Promise<void> {
  const range = document.lineAt(Math.min(line, document.lineCount) - 1).range;
  const shown = vscode.window.visibleTextEditors.find((editor) => editor.document === document);
  const editor = await vscode.window.showTextDocument(document, shown?.viewColumn ?? vscode.ViewColumn.One);
  editor.selection = new vscode.Selection(range.start, range.start);
  editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

async function warnOfOutcome(document: vscode.TextDocument, measurement: string, line: number): Promise<void> {
  const goToLine = vscode.l10n.t('Go to Line');
  const chosen = await showWarning(
    vscode.l10n.t(
      'The limits of {0} are set, but the script states its outcome itself on line {1}. Check that it uses them.',
      measurement,
      line,
    ),
    goToLine,
  );
  if (chosen === goToLine) await showLine(document, line);
}
