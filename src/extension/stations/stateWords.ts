import * as vscode from 'vscode';
import type { StationState } from '../../shared/contract/overview.ts';
import type { Pause } from '../../shared/contract/pauses.ts';
import { oneLine } from '../../shared/format/oneLine.ts';

/** A station that is not monitored is idle between two runs: that it is disconnected then is no news. */
export type ShownState = StationState | 'idle';

export function stateWord(state: ShownState): string {
  switch (state) {
    case 'connected':
      return vscode.l10n.t('connected');
    case 'running':
      return vscode.l10n.t('running');
    case 'disconnected':
      return vscode.l10n.t('disconnected');
    case 'idle':
      return vscode.l10n.t('idle');
    case 'never':
      return vscode.l10n.t('never connected');
    case 'unknown':
      return vscode.l10n.t('unknown');
  }
}

export function stateIcon(state: ShownState): vscode.ThemeIcon {
  const [icon, color] = icons[state];
  return new vscode.ThemeIcon(icon, new vscode.ThemeColor(color));
}

const icons: Record<ShownState, [icon: string, color: string]> = {
  connected: ['pass', 'testing.iconPassed'],
  running: ['play-circle', 'charts.blue'],
  disconnected: ['circle-slash', 'charts.red'],
  idle: ['circle-outline', 'disabledForeground'],
  never: ['circle-large-outline', 'disabledForeground'],
  unknown: ['question', 'disabledForeground'],
};

export function stateSentence(state: ShownState): string {
  switch (state) {
    case 'connected':
      return vscode.l10n.t('Connected.');
    case 'running':
      return vscode.l10n.t('Running a script.');
    case 'disconnected':
      return vscode.l10n.t('Disconnected.');
    case 'idle':
      return vscode.l10n.t('Idle: no script runs on this station.');
    case 'never':
      return vscode.l10n.t('This station has never connected.');
    case 'unknown':
      return vscode.l10n.t('It is not known whether this station is connected.');
  }
}

export const pauseWord = ({ kind }: Pause): string =>
  kind === 'maintenance' ? vscode.l10n.t('maintenance') : vscode.l10n.t('paused');

export const pauseIcon = ({ kind }: Pause): vscode.ThemeIcon =>
  new vscode.ThemeIcon(kind === 'maintenance' ? 'tools' : 'debug-pause', new vscode.ThemeColor('charts.purple'));

export function pauseSentence({ kind, ends_at, note }: Pause): string {
  const until = ends_at === null ? undefined : new Date(ends_at).toLocaleString();
  const sentence =
    kind === 'paused'
      ? vscode.l10n.t('The uptime of this station is paused.')
      : until === undefined
        ? vscode.l10n.t('Maintenance is in progress.')
        : vscode.l10n.t('Maintenance is in progress until {0}.', until);
  return [sentence, oneLine(note)].filter(Boolean).join(' ');
}
