import * as l10n from '@vscode/l10n';
import type { AnalyticsSplit } from '../../shared/contract/analytics.ts';
import { wilsonInterval } from '../../shared/statistics/wilson.ts';
import { language } from '../shared/element.ts';
import { countText, figure, shareBounds, shareText } from '../shared/numbers.ts';
import { dayMs } from './days.ts';

const formatter = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat(language(), options);

export const shortDay = (day: number): string =>
  formatter({ day: 'numeric', month: 'short', timeZone: 'UTC' }).format(day * dayMs);

export const dateText = (instant: number, timeZone: string): string =>
  formatter({ day: 'numeric', month: 'short', timeZone }).format(instant);

export const timeText = (instant: number, timeZone: string): string =>
  formatter({ dateStyle: 'medium', timeStyle: 'short', timeZone }).format(instant);

export function rangeText(from: number, to: number, timeZone: string): string {
  return formatter({ dateStyle: 'medium', timeZone }).formatRange(from, to);
}

export function durationText(ms: number): string {
  if (ms < 1000) return l10n.t('{0} ms', Math.round(ms));
  if (ms < 120_000) return l10n.t('{0} s', figure(Number((ms / 1000).toPrecision(3))));
  return l10n.t('{0} min', figure(Number((ms / 60_000).toPrecision(3))));
}

/** A share with its count, such as "93.4% (2,312 of 2,475)". @param total more than 0 */
export const ofText = (part: number, total: number): string =>
  l10n.t('{0} ({1} of {2})', shareText(part / total), countText(part), countText(total));

export function intervalText(part: number, total: number): string {
  const share = wilsonInterval(part, total);
  if (share.kind === 'noData') return '';
  const [lower, upper] = shareBounds(share);
  return l10n.t('95% interval {0} to {1}', lower, upper);
}

const splitWords = (split: AnalyticsSplit): { name: string; title: string; without: string } =>
  ({
    station: { name: l10n.t('Station'), title: l10n.t('By station'), without: l10n.t('Without a station') },
    revision: { name: l10n.t('Revision'), title: l10n.t('By revision'), without: l10n.t('Without a revision') },
    version: { name: l10n.t('Version'), title: l10n.t('By version'), without: l10n.t('Without a version') },
    batch: { name: l10n.t('Batch'), title: l10n.t('By batch'), without: l10n.t('Without a batch') },
    operator: { name: l10n.t('Operator'), title: l10n.t('By operator'), without: l10n.t('Without an operator') },
    shift: { name: l10n.t('Shift'), title: l10n.t('By shift'), without: l10n.t('Outside of shifts') },
    slot: { name: l10n.t('Slot'), title: l10n.t('By slot'), without: l10n.t('Without a slot') },
  })[split];

export const splitName = (split: AnalyticsSplit): string => splitWords(split).name;

export const splitTitle = (split: AnalyticsSplit): string => splitWords(split).title;

export const groupName = ({ name }: { readonly name: string }, split: AnalyticsSplit): string =>
  name === '' ? splitWords(split).without : name;

/** Limits such as "1.2 to 3.4 V". */
export function limitsWords(lower: number | null, upper: number | null, units: string | null): string {
  if (lower !== null && upper !== null) return l10n.t('{0} to {1}', figure(lower), figure(upper, units));
  if (lower !== null) return l10n.t('at least {0}', figure(lower, units));
  return upper === null ? l10n.t('no limits') : l10n.t('up to {0}', figure(upper, units));
}
