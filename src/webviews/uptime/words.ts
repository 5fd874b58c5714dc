import * as l10n from '@vscode/l10n';
import type { StationState } from '../../shared/contract/overview.ts';
import type { PresenceCause } from '../../shared/contract/presence.ts';
import type { Durations, InstantState } from '../../shared/contract/uptime.ts';
import { formatPercent, formatWholePercent } from '../../shared/format/formatPercent.ts';
import { figuresOf, formatLargestUnits } from '../../shared/uptime/uptimeFigures.ts';
import { language } from '../shared/element.ts';
import { dayName } from './clock.ts';

export const stateWord = (state: StationState): string =>
  ({
    connected: l10n.t('connected'),
    running: l10n.t('running'),
    disconnected: l10n.t('disconnected'),
    never: l10n.t('never connected'),
    unknown: l10n.t('unknown'),
  })[state];

export const stateIcons: Record<StationState, string> = {
  connected: 'pass',
  running: 'play-circle',
  disconnected: 'circle-slash',
  never: 'circle-large-outline',
  unknown: 'question',
};

export const instantWord = (state: InstantState): string =>
  ({
    up: l10n.t('up'),
    down: l10n.t('down'),
    maintenance: l10n.t('maintenance'),
    paused: l10n.t('paused'),
    unknown: l10n.t('not observed'),
    none: l10n.t('no station yet'),
  })[state];

export const causeWord = (cause: PresenceCause): string =>
  ({
    stream: l10n.t('live stream closed cleanly'),
    'stream-lost': l10n.t('live stream disconnected'),
    follow: l10n.t('operator page closed its connection'),
    heartbeat: l10n.t('disconnected cleanly'),
    'heartbeat-missed': l10n.t('heartbeats stopped coming'),
    run: l10n.t('script ended'),
    key: l10n.t('key was replaced or deleted'),
    server: l10n.t('did not reconnect after the server restarted'),
  })[cause];

export function uptimeText(durations: Durations): string {
  const { percent } = figuresOf(durations);
  return percent === null ? l10n.t('not enough data') : formatPercent(percent, language());
}

export const coverageText = (durations: Durations): string =>
  formatWholePercent(figuresOf(durations).coverage, language());

/** Returns the share of a time that was spent in runs. Some time is never 0%. */
export function utilizationText(inRuns: number, time: number): string {
  if (time === 0) return '–';
  const share = Math.min(100, Math.floor((100 * inRuns) / time));
  return share === 0 && inRuns > 0 ? `<${formatWholePercent(1, language())}` : formatWholePercent(share, language());
}

export const observedText = (durations: Durations): string =>
  l10n.t('of {0} observed ({1})', formatLargestUnits(observed(durations)), coverageText(durations));

export const observed = ({ up, down }: Durations): number => up + down;

export function downText({ down, incidents }: Durations): string {
  if (down === 0) return l10n.t('no downtime');
  const time = formatLargestUnits(down);
  return incidents === 1 ? l10n.t('{0} down, 1 incident', time) : l10n.t('{0} down, {1} incidents', time, incidents);
}

/** Describes a day in one text, for tooltips and screen readers. */
export function dayText(date: string, durations: Durations): string {
  const { maintenance, paused, unknown } = durations;
  const parts = [
    observed(durations) === 0 ? '' : l10n.t('{0} up {1}', uptimeText(durations), observedText(durations)),
    observed(durations) === 0 ? '' : downText(durations),
    maintenance === 0 ? '' : l10n.t('{0} maintenance', formatLargestUnits(maintenance)),
    paused === 0 ? '' : l10n.t('{0} paused', formatLargestUnits(paused)),
    unknown === 0 ? '' : l10n.t('{0} not observed', formatLargestUnits(unknown)),
  ].filter((part) => part !== '');
  return l10n.t('{0}: {1}', dayName(date), parts.length === 0 ? l10n.t('no data') : parts.join('; '));
}
