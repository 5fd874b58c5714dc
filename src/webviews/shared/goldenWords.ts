import * as l10n from '@vscode/l10n';
import type { CheckedSample, GoldenCheck, GoldenState } from '../../shared/contract/goldenChecks.ts';
import { isNear } from '../../shared/golden/goldenState.ts';
import { procedureLabel } from '../../shared/run/procedureChoice.ts';
import { language } from './element.ts';

export const goldenIcons: Readonly<Record<GoldenState['kind'], string>> = {
  never: 'verified',
  valid: 'verified-filled',
  due: 'warning',
  failed: 'error',
};

export function checkSentence({ procedure, state }: GoldenCheck, now: number): string {
  const what = procedureLabel(procedure);
  switch (state.kind) {
    case 'never':
      return l10n.t('{0} has not been checked with a golden unit on this station yet.', what);
    case 'valid':
      return l10n.t('{0}: the golden unit check is valid until {1}.', what, timeText(state.until, now));
    case 'due':
      return l10n.t('{0}: the golden unit check is due since {1}.', what, timeText(state.since, now));
    case 'failed': {
      const { sample, outcome, serial_number } = state.run;
      return sample === 'golden'
        ? l10n.t('{0}: the golden unit {1} did not pass ({2}).', what, serial_number, outcome)
        : l10n.t('{0}: the failing sample {1} did not fail ({2}).', what, serial_number, outcome);
    }
  }
}

export function checkAdvice({ state, units }: GoldenCheck): string {
  switch (state.kind) {
    case 'valid':
      return '';
    case 'failed':
      return state.run.sample === 'golden'
        ? l10n.t('Check the fixture and the instruments, then scan the golden unit again.')
        : l10n.t('Faulty units may pass. Report it, then scan the failing sample again.');
    case 'never':
    case 'due':
      return state.missing.map((sample) => scanIt(sample, units[sample][0])).join(' ');
  }
}

function scanIt(sample: CheckedSample, serialNumber: string | undefined): string {
  if (serialNumber === undefined) {
    return sample === 'golden' ? l10n.t('Scan the golden unit.') : l10n.t('Scan the failing sample.');
  }
  return sample === 'golden'
    ? l10n.t('Scan the golden unit {0}.', serialNumber)
    : l10n.t('Scan the failing sample {0}.', serialNumber);
}

function timeText(iso: string, now: number): string {
  const time = new Date(iso);
  const isShort = isNear(time.getTime(), now);
  return time.toLocaleString(
    language(),
    isShort ? { timeStyle: 'short' } : { dateStyle: 'medium', timeStyle: 'short' },
  );
}
