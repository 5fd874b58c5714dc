import * as l10n from '@vscode/l10n';
import type { SpecLimits } from '../../shared/statistics/capability.ts';
import type { LimitsMethod } from '../../shared/statistics/limitsProposal.ts';
import { language } from '../shared/element.ts';
import { countText } from '../shared/numbers.ts';

/** Says limits with all their digits, as they are written in the script. */
export function limitsText({ lower, upper }: SpecLimits, units: string | null): string {
  const unit = units === null ? '' : ` ${units}`;
  if (lower !== null && upper !== null) return l10n.t('{0} to {1}', `${lower}`, `${upper}${unit}`);
  if (lower !== null) return l10n.t('at least {0}', `${lower}${unit}`);
  return upper === null ? l10n.t('no limits') : l10n.t('at most {0}', `${upper}${unit}`);
}

export function methodName(method: LimitsMethod): string {
  const percent = (share: number): string => (share * 100).toLocaleString(language());
  if (method.kind === 'sigmas') return l10n.t('Mean ± {0} sigma', method.sigmas);
  if (method.kind === 'ppk') return l10n.t('Ppk of {0}', method.ppk.toLocaleString(language()));
  return l10n.t('Percentiles {0} and {1}', percent(method.lower), percent(method.upper));
}

/** @param toFail the number of units that passed and would fail */
export function changesText(toFail: number, toPass: number, units: number): string {
  if (toFail + toPass === 0) return l10n.t('None of {0} past units would change its verdict.', countText(units));
  return l10n.t(
    '{0} of {1} past units would change their verdict: {2} would fail, {3} would pass.',
    countText(toFail + toPass),
    countText(units),
    countText(toFail),
    countText(toPass),
  );
}
