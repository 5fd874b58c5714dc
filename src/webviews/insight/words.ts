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

export const splitName = (split: AnalyticsSplit): string =>
  ({
    station: l10n.t('Station'),
    revision: l10n.t('Revision'),
    version: l10n.t('Version'),
    batch: l10n.t('Batch'),
    operator: l10n.t('Operator'),
    shift: l10n.t('Shift'),
    slot: l10n.t('Slot'),
  })[split];

export const splitTitle = (split: AnalyticsSplit): string =>
  ({
    station: l10n.t('By station'),
    revision: l10n.t('By revision'),
    version: l10n.t('By version'),
    batch: l10n.t('By batch'),
    operator: l10n.t('By operator'),
    shift: l10n.t('By shift'),
    slot: l10n.t('By slot'),
  })[split];

const missingName = (split: AnalyticsSplit): string =>
  ({
    station: l10n.t('Without a station'),
    revision: l10n.t('Without a revision'),
    version: l10n.t('Without a version'),
    batch: l10n.t('Without a batch'),
    operator: l10n.t('Without an operator'),
    shift: l10n.t('Outside of shifts'),
    slot: l10n.t('Without a slot'),
  })[split];

export const groupName = ({ name }: { readonly name: string }, split: AnalyticsSplit): string =>
  name === '' ? missingName(split) : name;

/** Limits such as "1.2 to 3.4 V". */
export function limitsWords(lower: number | null, upper: number | null, units: string | null): string {
  if (lower !== null && upper !== null) return l10n.t('{0} to {1}', figure(lower), figure(upper, units));
  if (lower !== null) return l10n.t('at least {0}', figure(lower, units));
  return upper === null ? l10n.t('no limits') : l10n.t('up to {0}', figure(upper, units));
}
