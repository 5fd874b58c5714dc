import * as vscode from 'vscode';

/** Resolves when no box is open; each box waits for the one before. */
let last: Promise<unknown> = Promise.resolve();
let open = 0;

/** Whether a box of a run is open, or waits to be. */
export const inputBoxIsOpen = (): boolean => open > 0;

/**
 * Shows an input box when no other run shows one: VS Code has one box a window, and a second one closes the first as if
 * the user had cancelled it.
 * @returns undefined when the user cancels, or the token does
 */
export async function inputBox(
  options: vscode.InputBoxOptions,
  token?: vscode.CancellationToken,
): Promise<string | undefined> {
  open += 1;
  let counts = true;
  const end = (): void => {
    if (counts) open -= 1;
    counts = false;
  };
  // One that is answered elsewhere is as good as closed: the test's next question comes before VS Code has closed it.
  const cancelled = token?.onCancellationRequested(end);
  const box = last.then(() =>
    token?.isCancellationRequested === true ? undefined : vscode.window.showInputBox(options, token),
  );
  last = box.catch(() => undefined);
  try {
    return await box;
  } finally {
    cancelled?.dispose();
    end();
  }
}
