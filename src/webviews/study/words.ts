import * as l10n from '@vscode/l10n';
import type { Study, StudyTrial } from '../../shared/contract/studies.ts';
import type { ShareAnswer } from '../../shared/statistics/wilson.ts';
import { language } from '../shared/element.ts';
import { shareBounds, shareText } from '../shared/numbers.ts';

/** Formats a percentage of a gauge study, such as 27.86%. */
export const percentText = (percent: number): string =>
  (percent / 100).toLocaleString(language(), {
    style: 'percent',
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  });

/** Names a trial, such as "Run 7: SN-0003, Ana, trial 2". */
export const trialNames = ({ parts, appraisers }: Study, { position, part, appraiser, trial }: StudyTrial): string =>
  l10n.t(
    'Run {0}: {1}, {2}, trial {3}',
    position,
    parts[part]?.serial_number ?? '',
    appraisers[appraiser]?.name ?? '',
    trial,
  );

/** A share with its interval, such as "80% of 10 parts, 95% interval 49% to 94.4%". @param total what it is a share of */
export function shareWords(answer: ShareAnswer, total: string): string {
  if (answer.kind === 'noData') return l10n.t('none of {0}', total);
  const [lower, upper] = shareBounds(answer);
  return l10n.t('{0} of {1}, 95% interval {2} to {3}', shareText(answer.share), total, lower, upper);
}

export const startedText = (iso: string): string =>
  new Date(iso).toLocaleString(language(), { dateStyle: 'short', timeStyle: 'short' });
