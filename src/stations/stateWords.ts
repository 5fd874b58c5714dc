import * as vscode from 'vscode';
import type { StationState } from '../contract/overview.ts';

/** The word for a state; with shapes of their own, colour is not needed to tell them apart. */
export function stateWord(state: StationState): string {
  switch (state) {
    case 'connected':
      return vscode.l10n.t('connected');
    case 'running':
      return vscode.l10n.t('running');
    case 'disconnected':
      return vscode.l10n.t('disconnected');
    case 'never':
      return vscode.l10n.t('never connected');
    case 'unknown':
      return vscode.l10n.t('unknown');
  }
}

export function stateIcon(state: StationState): vscode.ThemeIcon {
  const [icon, color] = icons[state];
  return new vscode.ThemeIcon(icon, new vscode.ThemeColor(color));
}

const icons: Record<StationState, [icon: string, color: string]> = {
  connected: ['pass', 'testing.iconPassed'],
  running: ['play-circle', 'charts.blue'],
  disconnected: ['circle-slash', 'testing.iconFailed'],
  never: ['circle-large-outline', 'disabledForeground'],
  unknown: ['question', 'disabledForeground'],
};

/** What the word means, as a sentence. */
export function stateSentence(state: StationState): string {
  switch (state) {
    case 'connected':
      return vscode.l10n.t('Connected now.');
    case 'running':
      return vscode.l10n.t('Runs a script now.');
    case 'disconnected':
      return vscode.l10n.t('Was connected before, and is not now.');
    case 'never':
      return vscode.l10n.t('Nothing of this station has ever reached the server.');
    case 'unknown':
      return vscode.l10n.t('Whether it is connected now is not known.');
  }
}
