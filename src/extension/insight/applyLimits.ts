import * as vscode from 'vscode';
import type { LimitsRefusal, RefusalReason } from '../../shared/script/limitsRefusal.ts';
import type { SpecLimits } from '../../shared/statistics/capability.ts';
import { offer, showDone, showWarning } from '../vscode/messages.ts';
import { type Remedy, UserError } from '../vscode/userError.ts';
import { loadLimitsEditor } from './limitsEditor.ts';
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
  return new UserError(refusalSentence(refusal, measurementName), line === null ? [] : [goToLine(document, line)]);
}

async function showLine(document: vscode.TextDocument, line: number): Promise<void> {
  const range = document.lineAt(Math.min(line, document.lineCount) - 1).range;
  const shown = vscode.window.visibleTextEditors.find((editor) => editor.document === document);
  const editor = await vscode.window.showTextDocument(document, shown?.viewColumn ?? vscode.ViewColumn.One);
  editor.selection = new vscode.Selection(range.start, range.start);
  editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

const goToLine = (document: vscode.TextDocument, line: number): Remedy => ({
  label: vscode.l10n.t('Go to Line'),
  run: () => showLine(document, line),
});

const warnOfOutcome = (document: vscode.TextDocument, measurement: string, line: number): Promise<void> =>
  offer(
    showWarning,
    vscode.l10n.t(
      'The limits of {0} are set, but the script states its outcome itself on line {1}. Check that it uses them.',
      measurement,
      line,
    ),
    [goToLine(document, line)],
  );

function refusalSentence({ reason, text, otherLines }: LimitsRefusal, measurement: string): string {
  const lines = otherLines.join(', ');
  const sentences: Record<RefusalReason, () => string> = {
    syntaxError: () => vscode.l10n.t('The script has a syntax error. Fix it, then set the limits of {0}.', measurement),
    notFound: () => vscode.l10n.t('The script does not declare {0} by this name in this phase.', measurement),
    ambiguous: () => vscode.l10n.t('The script declares {0} again on line {1}.', measurement, lines),
    placeholder: () =>
      vscode.l10n.t('Several measurements share this declaration: {0}. Edit its limits by hand.', text),
    shared: () => vscode.l10n.t('Several phases share the declaration of {0}. Edit its limits by hand.', measurement),
    repeated: () => vscode.l10n.t('A loop or a function creates {0}: {1}. Edit its limits by hand.', measurement, text),
    computed: () => vscode.l10n.t('The script computes {0}, so only you can edit it.', text),
    unknownConstant: () => vscode.l10n.t('{0} is not a number that this script assigns once.', text),
    sharedConstant: () =>
      vscode.l10n.t('The constant {0} is also used on line {1}. Edit the limits by hand.', text, lines),
    otherRule: () => vscode.l10n.t('{0} is not checked by limits alone: {1}. Edit it by hand.', measurement, text),
    severalLimits: () => vscode.l10n.t('{0} has several limits. Edit them by hand.', measurement),
    marginal: () => vscode.l10n.t('The marginal limits of {0} would be outside these limits.', measurement),
    converted: () => vscode.l10n.t('The script converts the limits of {0} to {1}.', measurement, text),
    notImported: () => vscode.l10n.t('Import Measurement from openhtf first: {0} has no limits yet.', measurement),
    changedElsewhere: () => vscode.l10n.t('The script may set the limits of {0} again: {1}.', measurement, text),
    decidedElsewhere: () =>
      vscode.l10n.t(
        'The limit {0} is written twice. The script may decide the outcome of {1} by the other one.',
        text,
        measurement,
      ),
    invalid: () => vscode.l10n.t('These are no limits for {0}.', measurement),
  };
  return sentences[reason]();
}

function limitsText({ lower, upper }: SpecLimits, units: string | null): string {
  const unit = units === null ? '' : ` ${units}`;
  if (lower !== null && upper !== null) return vscode.l10n.t('{0} to {1}', `${lower}`, `${upper}${unit}`);
  if (lower !== null) return vscode.l10n.t('at least {0}', `${lower}${unit}`);
  return upper === null ? vscode.l10n.t('no limits') : vscode.l10n.t('at most {0}', `${upper}${unit}`);
}
