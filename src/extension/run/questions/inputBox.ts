import * as vscode from 'vscode';
import { trackQuestion } from './openQuestions.ts';

let lastBox: Promise<unknown> = Promise.resolve();

/**
 * Shows an input box when no other run shows one: VS Code has one box a window, and a second one closes the first as if
 * the user had cancelled it.
 * @returns undefined when the user cancels, or the token does
 */
export function inputBox(
  options: vscode.InputBoxOptions,
  token?: vscode.CancellationToken,
): Promise<string | undefined> {
  const box = lastBox.then(() =>
    token?.isCancellationRequested === true ? undefined : vscode.window.showInputBox(options, token),
  );
  lastBox = box.catch(() => undefined);
  // A box that is answered elsewhere counts as closed: the test asks its next question before VS Code has closed it.
  const withdrawn = new Promise<undefined>((done) => token?.onCancellationRequested(() => done(undefined)));
  return trackQuestion(Promise.race([box, withdrawn]), token);
}
