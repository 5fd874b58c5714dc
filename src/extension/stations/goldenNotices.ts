import * as vscode from 'vscode';
import * as z from 'zod';
import type { GoldenCheck } from '../../shared/contract/goldenChecks.ts';
import { checkAdvice, checkSentence } from '../connection/goldenWords.ts';
import type { StationItem } from '../connection/stationSource.ts';
import type { StationStore } from '../connection/stationStore.ts';
import { offer, showError } from '../vscode/messages.ts';
import { commandRemedy } from '../vscode/userError.ts';

const key = 'notifiedGoldenRuns';
const storedRuns = z.array(z.string()).catch([]);
const maxStoredRuns = 100;

/** Notifies the user once of each run of a golden unit or failing sample that failed a check of the selected or a watched station. */
export function goldenNotices(store: StationStore, state: vscode.Memento): vscode.Disposable {
  const notify = (station: StationItem, check: GoldenCheck, run: string): Promise<void> =>
    offer(showError, `${checkSentence(check, station.name)} ${checkAdvice(check)}`, [
      commandRemedy(vscode.l10n.t('Open Run'), 'openRun', run),
    ]);
  return store.onDidChange(() => {
    const shown = storedRuns.parse(state.get(key));
    const failed = (store.stations ?? [])
      .filter(({ id }) => id === store.selected?.id || store.watched.has(id))
      .flatMap((station) => (store.details(station.id)?.goldenChecks ?? []).map((check) => ({ station, check })))
      .flatMap(({ station, check }) =>
        check.state.kind === 'failed' ? [{ station, check, run: check.state.run.id }] : [],
      )
      .filter(({ run }) => !shown.includes(run));
    if (failed.length === 0) return;
    void state.update(key, [...failed.map(({ run }) => run), ...shown].slice(0, maxStoredRuns));
    for (const { station, check, run } of failed) void notify(station, check, run);
  });
}
