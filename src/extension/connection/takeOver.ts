import * as vscode from 'vscode';
import type { StationUse } from '../../shared/contract/stationUse.ts';
import { oneLine } from '../../shared/format/oneLine.ts';
import { confirm, showWarning } from '../vscode/messages.ts';
import type { StationName } from './stationStore.ts';
import type { UsedStations } from './usedStations.ts';
import { useSentence, usesOfOthers } from './useWords.ts';

/**
 * Asks whether to take over a station that another user has, and takes it over.
 * @param otherButton what the user may do instead
 * @returns `retry` if it is used in another way meanwhile, `other` for the other button
 */
export async function askTakeOver(
  used: UsedStations,
  { id, name }: StationName,
  use: StationUse,
  otherButton?: string,
): Promise<'taken' | 'retry' | 'other'> {
  const others = usesOfOthers(use, used.user);
  const owner = others.find(({ has_station }) => has_station) ?? others[0];
  if (owner === undefined) return 'retry';
  const takeOver = vscode.l10n.t('Take Over');
  const person = oneLine(owner.user_name);
  const message = vscode.l10n.t('Take over {0}?', name);
  const detail = [
    ...others.map((other) => useSentence(other, name)),
    vscode.l10n.t('{0} is notified, and is asked before the next run there.', person),
  ].join('\n');
  const buttons = otherButton === undefined ? [takeOver] : [takeOver, otherButton];
  const answer = await showWarning(message, { modal: true, detail }, ...buttons);
  if (answer === undefined) throw new vscode.CancellationError();
  if (answer !== takeOver) return 'other';
  const { test } = use.windows.find((each) => each.test !== null) ?? {};
  if (test != null) {
    const sure = await confirm({
      message: vscode.l10n.t('Take over {0} while {1} is running?', name, oneLine(test.name)),
      detail: vscode.l10n.t(
        'The test is not stopped. It runs to its end, and its result is stored. Your runs start after it, so do not change anything at the station until then.',
      ),
      button: vscode.l10n.t('Take Over After Test'),
    });
    if (!sure) throw new vscode.CancellationError();
  }
  return (await used.takeOver(id, use)) ? 'taken' : 'retry';
}
