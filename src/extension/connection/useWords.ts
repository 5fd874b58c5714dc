import * as vscode from 'vscode';
import type { StationUse, WindowUse } from '../../shared/contract/stationUse.ts';
import { oneLine } from '../../shared/format/oneLine.ts';
import { shortTime } from '../vscode/shortTime.ts';

/** Returns the windows of other users that use a station; none as long as it is not known who the user of this one is. */
export const usesOfOthers = (use: StationUse | null | undefined, ownUser: string | undefined): WindowUse[] =>
  ownUser === undefined ? [] : (use?.windows ?? []).filter(({ user_id }) => user_id !== ownUser);

export function whoUses({ user_name, machine }: WindowUse): string {
  const name = oneLine(user_name);
  return machine === '' ? name : vscode.l10n.t('{0} ({1})', name, oneLine(machine));
}

/** Returns a part of a description, such as "in use by Ada (Bench-PC-3), running final.py since 10:42". */
export function useWords(use: WindowUse): string {
  return use.test === null
    ? vscode.l10n.t('in use by {0} since {1}', whoUses(use), formatSince(use.since))
    : vscode.l10n.t('in use by {0}, running {1} since {2}', whoUses(use), oneLine(use.test.name), formatSince(use.test.since)); // prettier-ignore
}

export function shortUseWords({ user_name, test, since }: WindowUse): string {
  const name = oneLine(user_name);
  return test === null
    ? vscode.l10n.t('{0} since {1}', name, formatSince(since))
    : vscode.l10n.t('{0}, running {1} since {2}', name, oneLine(test.name), formatSince(test.since));
}

export function useSentence(use: WindowUse, station: string): string {
  return use.test === null
    ? vscode.l10n.t('{0} has used {1} since {2}.', whoUses(use), station, formatSince(use.since))
    : vscode.l10n.t('{0} has been running {1} on {2} since {3}.', whoUses(use), oneLine(use.test.name), station, formatSince(use.test.since)); // prettier-ignore
}

const formatSince = (time: string): string => shortTime(new Date(time));
