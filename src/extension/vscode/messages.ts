import * as vscode from 'vscode';
import { withoutIcons } from '../../shared/format/markdown.ts';
import { oneLine, plainMessage } from '../../shared/format/oneLine.ts';
import type { Remedy } from './userError.ts';

type Show = typeof vscode.window.showInformationMessage;

/** Messages contain names from servers and scripts, which must be shown as text and never become a link or a command. */
const plainly = (show: Show): Show =>
  ((message: string, ...others: never[]) => show(plainMessage(message), ...others)) as Show;

export const showInformation = plainly(vscode.window.showInformationMessage);
export const showWarning = plainly(vscode.window.showWarningMessage);
export const showError = plainly(vscode.window.showErrorMessage);

/** Shows a message with a button for each action, and does what the user chooses. */
export async function offer(show: Show, message: string, actions: readonly Remedy[]): Promise<void> {
  const chosen = await show(message, ...actions.map(({ label }) => label));
  await actions.find(({ label }) => label === chosen)?.run();
}

/** Returns a name from a server or a script as a label, or as a part of one. */
export const plainLabel = (text: string, length?: number): string => withoutIcons(oneLine(text, length));

export async function confirm(question: { message: string; detail: string; button: string }): Promise<boolean> {
  const { message, detail, button } = question;
  return (await showWarning(message, { modal: true, detail }, button)) === button;
}

export const showDone = (message: string): void => {
  vscode.window.setStatusBarMessage(withoutIcons(plainMessage(message)), 4000);
};
