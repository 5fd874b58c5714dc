import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { StationUse } from '../../shared/contract/stationUse.ts';
import type { StationName } from '../connection/stationStore.ts';
import { askTakeOver } from '../connection/takeOver.ts';
import type { UsedStations } from '../connection/usedStations.ts';
import { useSentence, usesOfOthers } from '../connection/useWords.ts';
import { confirm } from '../vscode/messages.ts';
import { UserError } from '../vscode/userError.ts';
import type { RunSession } from './runSession.ts';

const checkIntervalMs = 2_000;

/**
 * Has the server give the station to this run, after asking the user if another window uses it. A server that does not answer
 * never blocks a run. `used.end` must follow.
 * @throws UserError if an operator or an assistant started the run, who do not see this window
 * @throws vscode.CancellationError if the user does not take the station over, or stops the wait
 */
export async function passUseGate(
  used: UsedStations,
  run: RunSession,
  station: StationName,
  isOperated: boolean,
): Promise<void> {
  let mayWait = false;
  for (;;) {
    const { refused, use } = await used.start(station.id, run);
    if (run.stopToken.isCancellationRequested) throw new vscode.CancellationError();
    if (refused === null || use === null) return;
    if (isOperated) throw new UserError(sentences(use, station));
    if (usesOfOthers(use, used.user).some(({ has_station }) => has_station)) {
      mayWait = (await askTakeOver(used, station, use)) === 'taken';
    } else {
      if (!mayWait && !(await askToWait(use, station))) throw new vscode.CancellationError();
      mayWait = true;
      await waitForTurn(used, run, use, station);
    }
  }
}

const sentences = ({ windows }: StationUse, { name }: StationName): string =>
  [...windows.map((each) => useSentence(each, name)), vscode.l10n.t('Your run was not started.')].join(' ');

const runningSentence = ({ windows }: StationUse, { name }: StationName): string => {
  const running = windows.find(({ test }) => test !== null);
  return running === undefined ? vscode.l10n.t('Another window runs a test on {0}.', name) : useSentence(running, name);
};

const askToWait = (use: StationUse, station: StationName): Promise<boolean> =>
  confirm({
    message: vscode.l10n.t('Another window runs a test on {0}.', station.name),
    detail: `${runningSentence(use, station)}\n${vscode.l10n.t('Two tests at once would drive the same hardware.')}`,
    button: vscode.l10n.t('Run When It Ends'),
  });

async function waitForTurn(used: UsedStations, run: RunSession, use: StationUse, station: StationName): Promise<void> {
  run.markQueued();
  const title = vscode.l10n.t('{0} waits. {1}', run.name, runningSentence(use, station));
  const abort = new AbortController();
  const stopping = run.stopToken.onCancellationRequested(() => abort.abort());
  try {
    await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title, cancellable: true },
      async (_progress, cancelled) => {
        cancelled.onCancellationRequested(() => void run.stop());
        do {
          await delay(checkIntervalMs, undefined, { signal: abort.signal }).catch(() => undefined); // an abort ends the delay
        } while (!abort.signal.aborted && (await used.start(station.id, run)).refused === 'running');
      },
    );
  } finally {
    stopping.dispose();
  }
}
