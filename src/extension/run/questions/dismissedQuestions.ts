import * as vscode from 'vscode';
import { withoutIcons } from '../../../shared/format/markdown.ts';
import { oneLine } from '../../../shared/format/oneLine.ts';
import type { Commands } from '../../vscode/commands.ts';
import { setContext } from '../../vscode/context.ts';
import { showInformation } from '../../vscode/messages.ts';

interface DismissedQuestion {
  readonly where: string;
  readonly message: string;
  readonly ask: () => void;
}

const questions = new Set<DismissedQuestion>();
const changed = new vscode.EventEmitter<void>();

/** Shows the question in the status bar until the returned object is disposed. */
export function addDismissedQuestion(question: DismissedQuestion): vscode.Disposable {
  questions.add(question);
  changed.fire();
  return new vscode.Disposable(() => {
    questions.delete(question);
    changed.fire();
  });
}

export function registerDismissedQuestions(commands: Commands): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('testStations.question', vscode.StatusBarAlignment.Left, 9);
  item.name = vscode.l10n.t('Waiting test');
  item.command = 'testStations.answerQuestion';
  item.backgroundColor = new vscode.ThemeColor('statusBarItem.warningBackground');
  const show = (): void => {
    setContext('questionWaits', questions.size > 0);
    const [first, ...others] = questions;
    if (first === undefined) {
      item.hide();
      return;
    }
    const label =
      others.length === 0
        ? vscode.l10n.t('{0} waits for an answer', first.where)
        : vscode.l10n.t('{0} questions wait for an answer', questions.size);
    item.text = `$(comment-unresolved) ${withoutIcons(oneLine(label))}`;
    item.tooltip = [...questions].map(({ where, message }) => `${where}: ${oneLine(message, 500)}`).join('\n');
    item.accessibilityInformation = { label };
    item.show();
  };
  show();
  commands.register('answerQuestion', async () => {
    const chosen = questions.size > 1 ? await pick() : [...questions][0];
    if (chosen !== undefined) chosen.ask();
    else if (questions.size === 0) void showInformation(vscode.l10n.t('No test waits for an answer.'));
  });
  return vscode.Disposable.from(item, changed.event(show));
}

async function pick(): Promise<DismissedQuestion | undefined> {
  const items = [...questions].map((question) => ({
    label: withoutIcons(question.where),
    detail: withoutIcons(oneLine(question.message, 500)),
    question,
  }));
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Answer which test?') }))?.question;
}
