import * as vscode from 'vscode';
import type { Outcome } from '../../shared/contract/common.ts';

/** The red of charts is used, because high contrast themes have no color for a failed test. */
const outcomeIcons: Readonly<Record<Outcome, { readonly icon: string; readonly color: string }>> = {
  PASS: { icon: 'pass', color: 'testing.iconPassed' },
  FAIL: { icon: 'error', color: 'charts.red' },
  ERROR: { icon: 'warning', color: 'charts.red' },
  TIMEOUT: { icon: 'watch', color: 'charts.red' },
  ABORTED: { icon: 'circle-slash', color: 'testing.iconSkipped' },
};

export function outcomeIcon(outcome: Outcome): vscode.ThemeIcon {
  const { icon, color } = outcomeIcons[outcome];
  return new vscode.ThemeIcon(icon, new vscode.ThemeColor(color));
}
