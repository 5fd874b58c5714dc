import type * as vscode from 'vscode';

let openCount = 0;

/**
 * Returns whether a run of this window asks a question now: whatever opened over it would receive what is being typed
 * or scanned.
 */
export const isQuestionOpen = (): boolean => openCount > 0;

/** Counts a question until it is answered, or the token withdraws it. */
export async function trackQuestion<T>(answer: Promise<T>, withdrawn?: Withdrawal): Promise<T> {
  let isCounted = true;
  const end = (): void => {
    if (isCounted) openCount -= 1;
    isCounted = false;
  };
  openCount += 1;
  // The test may ask its next question before the answer settles.
  const subscription = withdrawn?.onCancellationRequested(end);
  try {
    return await answer;
  } finally {
    subscription?.dispose();
    end();
  }
}

type Withdrawal = Pick<vscode.CancellationToken, 'onCancellationRequested'>;
