import * as vscode from 'vscode';
import type { CheckRun, GoldenCheck, GoldenState } from '../../shared/contract/goldenChecks.ts';
import { oneLine } from '../../shared/format/oneLine.ts';
import { procedureLabel } from '../../shared/run/procedureChoice.ts';
import { checkAdvice, checkLabel, checkSentence, ruleSentence } from '../connection/goldenWords.ts';
import { shortTime } from '../vscode/shortTime.ts';
import type { GoldenNode, ProcedureNode } from './nodes.ts';

const icons: Readonly<Record<GoldenState['kind'], readonly [icon: string, color: string]>> = {
  never: ['verified', 'list.warningForeground'],
  valid: ['verified-filled', 'testing.iconPassed'],
  due: ['warning', 'list.warningForeground'],
  failed: ['error', 'charts.red'],
};

export function goldenItem({ station, check, run }: GoldenNode): vscode.TreeItem {
  const label = checkLabel(check);
  const item = new vscode.TreeItem(label);
  const [icon, color] = icons[check.state.kind];
  item.id = `station:${station.id}/procedure:${check.procedure.id}/golden`;
  item.iconPath = new vscode.ThemeIcon(icon, new vscode.ThemeColor(color));
  item.contextValue = run === undefined ? 'golden' : 'golden checked';
  item.tooltip = [checkSentence(check, station.name), checkAdvice(check), lastSentence(check), ruleSentence(check)]
    .filter(Boolean)
    .join('\n');
  item.accessibilityInformation = {
    label: vscode.l10n.t('{0}, {1} on {2}', label, procedureLabel(check.procedure), station.name),
  };
  return item;
}

const lastRun = ({ state, last }: GoldenCheck): CheckRun | null => (state.kind === 'failed' ? state.run : last.golden);

export function goldenNode(parent: ProcedureNode, check: GoldenCheck): GoldenNode {
  const run = lastRun(check);
  const { station } = parent;
  return { kind: 'golden', station, parent, check, run: run === null ? undefined : { id: run.id, unit: run } };
}

function lastSentence(check: GoldenCheck): string {
  const run = lastRun(check);
  if (run === null) return '';
  const at = shortTime(new Date(run.checked_at));
  return vscode.l10n.t('Last run: {0}, {1}, {2}.', oneLine(run.serial_number), run.outcome, at);
}
