import * as vscode from 'vscode';
import type { StationState } from '../../shared/contract/overview.ts';
import type { Pause } from '../../shared/contract/pauses.ts';
import { oneLine } from '../../shared/format/oneLine.ts';

/** A station that is not monitored is idle between two runs: that it is disconnected then is no news. */
export type ShownState = StationState | 'idle';

export const stateWord = (state: ShownState): string =>
  ({
    connected: vscode.l10n.t('connected'),
    running: vscode.l10n.t('running'),
    disconnected: vscode.l10n.t('disconnected'),
    idle: vscode.l10n.t('idle'),
    never: vscode.l10n.t('never connected'),
    unknown: vscode.l10n.t('unknown'),
  })[state];

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

export const stateSentence = (state: ShownState): string =>
  ({
    connected: vscode.l10n.t('Connected.'),
    running: vscode.l10n.t('Running a script.'),
    disconnected: vscode.l10n.t('Disconnected.'),
    idle: vscode.l10n.t('Idle: no script runs on this station.'),
    never: vscode.l10n.t('This station has never connected.'),
    unknown: vscode.l10n.t('It is not known whether this station is connected.'),
  })[state];

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
