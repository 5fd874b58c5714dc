import * as l10n from '@vscode/l10n';
import type { StationState } from '../../shared/contract/overview.ts';
import type { PresenceCause } from '../../shared/contract/presence.ts';
import type { Durations, InstantState } from '../../shared/contract/uptime.ts';
import { formatPercent, formatWholePercent } from '../../shared/format/formatPercent.ts';
import { figuresOf, formatLargestUnits } from '../../shared/uptime/uptimeFigures.ts';
import { language } from '../shared/element.ts';
import { dayName } from './clock.ts';

export function stateWord(state: StationState): string {
  switch (state) {
    case 'connected':
      return l10n.t('connected');
    case 'running':
      return l10n.t('running');
    case 'disconnected':
      return l10n.t('disconnected');
    case 'never':
      return l10n.t('never connected');
    case 'unknown':
      return l10n.t('unknown');
  }
}

export const stateIcons: Record<StationState, string> = {
  connected: 'pass',
  running: 'play-circle',
  disconnected: 'circle-slash',
  never: 'circle-large-outline',
  unknown: 'question',
};

export function instantWord(state: InstantState): string {
  switch (state) {
    case 'up':
      return l10n.t('up');
    case 'down':
      return l10n.t('down');
    case 'maintenance':
      return l10n.t('maintenance');
    case 'paused':
      return l10n.t('paused');
    case 'unknown':
      return l10n.t('not observed');
    case 'none':
      return l10n.t('no station yet');
  }
}

export function causeWord(cause: PresenceCause): string {
  switch (cause) {
    case 'stream':
      return l10n.t('live stream closed cleanly');
    case 'stream-lost':
      return l10n.t('live stream disconnected');
    case 'follow':
      return l10n.t('operator page closed its connection');
    case 'heartbeat':
      return l10n.t('disconnected cleanly');
    case 'heartbeat-missed':
      return l10n.t('heartbeats stopped coming');
    case 'run':
      return l10n.t('script ended');
    case 'key':
      return l10n.t('key was replaced or deleted');
    case 'server':
      return l10n.t('did not reconnect after the server restarted');
  }
}

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
