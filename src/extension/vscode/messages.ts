import * as vscode from 'vscode';
import { withoutIcons } from '../../shared/format/markdown.ts';
import { plainMessage } from '../../shared/format/oneLine.ts';

type Show = typeof vscode.window.showInformationMessage;

/** Messages contain names from servers and scripts, which must be shown as text and never become a link or a command. */
const plainly = (show: Show): Show =>
  ((message: string, ...others: never[]) => show(plainMessage(message), ...others)) as Show;

export const showInformation = plainly(vscode.window.showInformationMessage);
export const showWarning = plainly(vscode.window.showWarningMessage);
export const showError = plainly(vscode.window.showErrorMessage);

export async function confirm(question: { message: string; detail: string; button: string }): Promise<boolean> {
  const { message, detail, button } = question;
  return (await showWarning(message, { modal: true, detail }, button)) === button;
}

export const showDone = (message: string): void => {
  vscode.window.setStatusBarMessage(withoutIcons(plainMessage(message)), 4000);
};
