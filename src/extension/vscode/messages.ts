import * as vscode from 'vscode';
import { withoutIcons } from '../../shared/format/markdown.ts';
import { plainMessage } from '../../shared/format/oneLine.ts';

type Show = typeof vscode.window.showInformationMessage;

/** Names of a server or a script stand in most messages: what they hold is text there, never a link or a command. */
const plainly = (show: Show): Show =>
  ((message: string, ...others: never[]) => show(plainMessage(message), ...others)) as Show;

export const showInformation = plainly(vscode.window.showInformationMessage);
export const showWarning = plainly(vscode.window.showWarningMessage);
export const showError = plainly(vscode.window.showErrorMessage);

/** Says in the status bar, for a moment, that something was done. */
export const showDone = (message: string): void => {
  vscode.window.setStatusBarMessage(withoutIcons(plainMessage(message)), 4000);
};
