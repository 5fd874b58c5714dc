import * as vscode from 'vscode';
import type { CheckedSample, GoldenCheck } from '../../shared/contract/goldenChecks.ts';
import { oneLine } from '../../shared/format/oneLine.ts';
import { isNear } from '../../shared/golden/goldenState.ts';
import { procedureLabel } from '../../shared/run/procedureChoice.ts';

function timeText(iso: string): string {
  const time = new Date(iso);
  const isShort = isNear(time.getTime(), Date.now());
  return time.toLocaleString(
    vscode.env.language,
    isShort ? { timeStyle: 'short' } : { dateStyle: 'short', timeStyle: 'short' },
  );
}

export function checkLabel({ state }: GoldenCheck): string {
  switch (state.kind) {
    case 'never':
      return vscode.l10n.t('Golden unit: not checked yet');
    case 'valid':
      return vscode.l10n.t('Golden unit: valid until {0}', timeText(state.until));
    case 'due':
      return vscode.l10n.t('Golden unit: due since {0}', timeText(state.since));
    case 'failed': {
      const { sample, outcome, checked_at } = state.run;
      return sample === 'golden'
        ? vscode.l10n.t('Golden unit: {0} at {1}', outcome, timeText(checked_at))
        : vscode.l10n.t('Failing sample: {0} at {1}', outcome, timeText(checked_at));
    }
  }
}

export function checkSentence({ procedure, state }: GoldenCheck, station: string): string {
  const what = procedureLabel(procedure);
  switch (state.kind) {
    case 'never':
      return vscode.l10n.t('{0} has not been checked with a golden unit on {1} yet.', what, station);
    case 'valid':
      return vscode.l10n.t(
        'The golden unit check of {0} on {1} is valid until {2}.',
        what,
        station,
        timeText(state.until),
      );
    case 'due':
      return vscode.l10n.t(
        'The golden unit check of {0} on {1} is due since {2}.',
        what,
        station,
        timeText(state.since),
      );
    case 'failed': {
      const { sample, outcome, serial_number } = state.run;
      const serial = oneLine(serial_number);
      return sample === 'golden'
        ? vscode.l10n.t('The golden unit {0} did not pass {1} on {2}: {3}.', serial, what, station, outcome)
        : vscode.l10n.t('The failing sample {0} did not fail {1} on {2}: {3}.', serial, what, station, outcome);
    }
  }
}

/** Returns what a person has to do for a valid check; the empty text if it is valid. */
export function checkAdvice({ state, units }: GoldenCheck): string {
  switch (state.kind) {
    case 'valid':
      return '';
    case 'failed':
      return state.run.sample === 'golden'
        ? vscode.l10n.t('Check the fixture and the instruments, then run the golden unit again.')
        : vscode.l10n.t(
            'Faulty units may pass. Check the fixture, the instruments and the limits, then run the failing sample again.',
          );
    case 'never':
    case 'due':
      return state.missing.map((sample) => runIt(sample, units[sample][0])).join(' ');
  }
}

function runIt(sample: CheckedSample, serialNumber: string | undefined): string {
  if (serialNumber === undefined) {
    return sample === 'golden' ? vscode.l10n.t('Run the golden unit.') : vscode.l10n.t('Run the failing sample.');
  }
  return sample === 'golden'
    ? vscode.l10n.t('Run the golden unit {0}.', oneLine(serialNumber))
    : vscode.l10n.t('Run the failing sample {0}.', oneLine(serialNumber));
}

export function ruleSentence({ rule }: Pick<GoldenCheck, 'rule'>): string {
  const hours = rule.hours.toLocaleString(vscode.env.language);
  const asked = rule.failing_sample
    ? vscode.l10n.t('Every {0} h, a golden unit has to pass and a failing sample has to fail.', hours)
    : vscode.l10n.t('Every {0} h, a golden unit has to pass.', hours);
  const otherwise =
    rule.without === 'refuse'
      ? vscode.l10n.t('Without that, scripts are not started.')
      : vscode.l10n.t('Without that, a warning is shown before a script is started.');
  return `${asked} ${otherwise}`;
}
