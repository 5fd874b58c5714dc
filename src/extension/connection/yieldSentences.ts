import * as vscode from 'vscode';
import { formatWholePercent } from '../../shared/format/formatPercent.ts';
import { yieldPercent } from '../../shared/statistics/yield.ts';
import type { WeekYield } from './stationSource.ts';

export function yieldSentences({ counts, timeZone }: WeekYield): string {
  const { units, passed_first, passed_second, passed_third, passed_last } = counts;
  const percent = (passed: number): string => formatWholePercent(yieldPercent(passed, units) ?? 0, vscode.env.language);
  return [
    units === 0
      ? vscode.l10n.t('First-pass yield: no data.')
      : vscode.l10n.t('First-pass yield: {0} ({1}/{2}).', percent(passed_first), passed_first, units),
    passed_last === passed_first
      ? ''
      : vscode.l10n.t(
          'By the second attempt: {0}, by the third: {1}, by the last: {2}.',
          percent(passed_second),
          percent(passed_third),
          percent(passed_last),
        ),
    vscode.l10n.t('Units count per day ({0}). Aborted runs and reference units are not counted.', timeZone),
  ]
    .filter(Boolean)
    .join(' ');
}
