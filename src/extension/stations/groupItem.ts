import * as vscode from 'vscode';
import { oneLine } from '../../shared/format/oneLine.ts';
import { innermostLevel } from './groupTree.ts';
import type { GroupNode } from './nodes.ts';

export interface GroupCounts {
  readonly stations: number;
  readonly inUse: number;
  readonly disconnected: number;
  readonly waiting: number;
}

export function groupItem({ group, isFiltered }: GroupNode, counts: GroupCounts, isExpanded: boolean): vscode.TreeItem {
  const { Expanded, Collapsed } = vscode.TreeItemCollapsibleState;
  const name = oneLine(innermostLevel(group));
  const item = new vscode.TreeItem(name, isExpanded ? Expanded : Collapsed);
  const all = counts.stations === 1 ? vscode.l10n.t('1 station') : vscode.l10n.t('{0} stations', counts.stations);
  const attention = [
    counts.waiting === 0 ? '' : vscode.l10n.t('{0} waiting for an answer', counts.waiting),
    counts.disconnected === 0 ? '' : vscode.l10n.t('{0} disconnected', counts.disconnected),
    counts.inUse === 0 ? '' : vscode.l10n.t('{0} in use', counts.inUse),
  ].filter((words) => words !== '');
  // VS Code keeps the state of an id, and the groups of a filter are shown expanded.
  item.id = isFiltered ? `filtered:${group}` : `group:${group}`;
  item.description = attention.length === 0 ? all : attention.join(' · ');
  item.iconPath = new vscode.ThemeIcon('folder');
  item.contextValue = 'group';
  item.tooltip = [oneLine(group), [all, ...attention].join(' · ')].join('\n');
  item.accessibilityInformation = {
    label: [vscode.l10n.t('Group {0}', name), all, ...attention].join(', '),
  };
  return item;
}
