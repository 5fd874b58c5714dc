import * as vscode from 'vscode';
import type { LimitsRefusal, RefusalReason } from '../../shared/script/limitsRefusal.ts';
import type { SpecLimits } from '../../shared/statistics/capability.ts';

/** Says why the limits of a measurement cannot be edited. */
export function refusalSentence({ reason, text, otherLines }: LimitsRefusal, measurement: string): string {
  const lines = otherLines.join(', ');
  const sentences: Record<RefusalReason, () => string> = {
    syntaxError: () => vscode.l10n.t('The script has a syntax error. Fix it, then set the limits of {0}.', measurement),
    notFound: () => vscode.l10n.t('The script does not declare {0} by this name in this phase.', measurement),
    ambiguous: () => vscode.l10n.t('The script declares {0} again on line {1}.', measurement, lines),
    placeholder: () =>
      vscode.l10n.t('Several measurements share this declaration: {0}. Edit its limits by hand.', text),
    shared: () => vscode.l10n.t('Several phases share the declaration of {0}. Edit its limits by hand.', measurement),
    repeated: () => vscode.l10n.t('A loop or a function creates {0}: {1}. Edit its limits by hand.', measurement, text),
    computed: () => vscode.l10n.t('The script computes {0}, so only you can edit it.', text),
    unknownConstant: () => vscode.l10n.t('{0} is not a number that this script assigns once.', text),
    sharedConstant: () =>
      vscode.l10n.t('The constant {0} is also used on line {1}. Edit the limits by hand.', text, lines),
    otherRule: () => vscode.l10n.t('{0} is not checked by limits alone: {1}. Edit it by hand.', measurement, text),
    severalLimits: () => vscode.l10n.t('{0} has several limits. Edit them by hand.', measurement),
    marginal: () => vscode.l10n.t('The marginal limits of {0} would be outside these limits.', measurement),
    converted: () => vscode.l10n.t('The script converts the limits of {0} to {1}.', measurement, text),
    notImported: () => vscode.l10n.t('Import Measurement from openhtf first: {0} has no limits yet.', measurement),
    changedElsewhere: () => vscode.l10n.t('The script may set the limits of {0} again: {1}.', measurement, text),
    decidedElsewhere: () =>
      vscode.l10n.t(
        'The limit {0} is written twice. The script may decide the outcome of {1} by the other one.',
        text,
        measurement,
      ),
    invalid: () => vscode.l10n.t('These are no limits for {0}.', measurement),
  };
  return sentences[reason]();
}

export function limitsText({ lower, upper }: SpecLimits, units: string | null): string {
  const unit = units === null ? '' : ` ${units}`;
  if (lower !== null && upper !== null) return vscode.l10n.t('{0} to {1}', `${lower}`, `${upper}${unit}`);
  if (lower !== null) return vscode.l10n.t('at least {0}', `${lower}${unit}`);
  return upper === null ? vscode.l10n.t('no limits') : vscode.l10n.t('at most {0}', `${upper}${unit}`);
}
