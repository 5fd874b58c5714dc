import type * as vscode from 'vscode';

let questions = 0;

/**
 * Returns whether a run of this window asks a question now: whatever opened over it would receive what is being typed
 * or scanned.
 */
export const isQuestionOpen = (): boolean => questions > 0;

/** Counts a question until it is answered, or the token withdraws it. */
export async function trackQuestion<T>(answer: Promise<T>, withdrawn?: Withdrawal): Promise<T> {
  let counts = true;
  const end = (): void => {
    if (counts) questions -= 1;
    counts = false;
  };
  questions += 1;
  // At once: the test's next question may come in the same breath.
  const subscription = withdrawn?.onCancellationRequested(end);
  try {
    return await answer;
  } finally {
    subscription?.dispose();
    end();
  }
}

type Withdrawal = Pick<vscode.CancellationToken, 'onCancellationRequested'>;
