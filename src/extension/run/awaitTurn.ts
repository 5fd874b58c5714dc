import * as vscode from 'vscode';
import type { RunSession } from './runSession.ts';
import type { QueuePlace } from './stationQueue.ts';

/**
 * Waits for the station, to be seen in the Test Results and in a message, and to be cancelled in both.
 * @returns false when the run was stopped meanwhile; its item is painted then
 */
export async function awaitTurn(
  run: RunSession,
  place: QueuePlace<RunSession>,
  item: vscode.TestItem,
  testRun: vscode.TestRun,
): Promise<boolean> {
  const ahead = place.ahead.map(({ name }) => name).join(', ');
  const words = vscode.l10n.t('{0} waits for its turn on {1}, after {2}.', run.name, run.where, ahead);
  testRun.enqueued(item);
  testRun.appendOutput(`${words}\r\n`);
  const stopped = run.stopped.onCancellationRequested(() => place.leave());
  run.wait();
  try {
    return await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: words, cancellable: true },
      (_progress, cancelled) => {
        cancelled.onCancellationRequested(() => void run.stop());
        return place.turn;
      },
    );
  } finally {
    stopped.dispose();
  }
}
