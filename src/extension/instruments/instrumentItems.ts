import * as vscode from 'vscode';
import { oneLine } from '../../shared/format/oneLine.ts';
import type { FoundInstruments } from './instrumentReader.ts';
import type { AddressUse } from './scriptUses.ts';

export type GroupName = 'visa' | 'serial' | 'scripts';

export interface GroupNode {
  readonly kind: 'group';
  readonly name: GroupName;
  readonly children: readonly (InstrumentNode | NoticeNode)[];
}

export interface InstrumentNode {
  readonly kind: 'instrument';
  readonly group: GroupName;
  readonly address: string;
  readonly description: string | null;
  readonly uses: readonly AddressUse[];
}

interface NoticeNode {
  readonly kind: 'notice';
  readonly text: string;
}

interface UseNode {
  readonly kind: 'use';
  readonly use: AddressUse;
}

export type InstrumentsNode = GroupNode | InstrumentNode | NoticeNode | UseNode;

export const isInstrument = (value: unknown): value is InstrumentNode =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'instrument' && 'address' in value;

export const childrenOf = (node: InstrumentsNode): readonly InstrumentsNode[] => {
  if (node.kind === 'group') return node.children;
  return node.kind === 'instrument' ? node.uses.map((use): UseNode => ({ kind: 'use', use })) : [];
};

export function noticeOf(name: GroupName, { is_missing, problem }: FoundInstruments, python: string): NoticeNode {
  const wanted = name === 'visa' ? 'pyvisa' : 'pyserial';
  if (is_missing) return { kind: 'notice', text: vscode.l10n.t('{0} is not installed in {1}', wanted, python) };
  return { kind: 'notice', text: problem ?? vscode.l10n.t('None found') };
}

/** @param answer what the instrument has answered to `*IDN?` */
export function itemOf(node: InstrumentsNode, answer: string | undefined): vscode.TreeItem {
  switch (node.kind) {
    case 'group':
      return groupItem(node);
    case 'instrument':
      return instrumentItem(node, answer);
    case 'notice': {
      const item = new vscode.TreeItem(oneLine(node.text));
      item.iconPath = new vscode.ThemeIcon('info');
      item.tooltip = oneLine(node.text);
      return item;
    }
    case 'use':
      return useItem(node.use);
  }
}

function groupItem({ name, children }: GroupNode): vscode.TreeItem {
  const labels = {
    visa: vscode.l10n.t('VISA Resources'),
    serial: vscode.l10n.t('Serial Ports'),
    scripts: vscode.l10n.t('Only in Scripts'),
  };
  const item = new vscode.TreeItem(labels[name], vscode.TreeItemCollapsibleState.Expanded);
  item.id = name;
  const count = children.filter(({ kind }) => kind === 'instrument').length;
  item.description = `${count}`;
  item.accessibilityInformation = { label: `${labels[name]}, ${count}` };
  if (name === 'scripts') {
    item.tooltip = vscode.l10n.t('Addresses in files of this workspace that the list of this machine does not have');
  }
  return item;
}

function instrumentItem(
  { group, address, description, uses }: InstrumentNode,
  answer: string | undefined,
): vscode.TreeItem {
  const { Collapsed, None } = vscode.TreeItemCollapsibleState;
  const label = oneLine(address);
  const item = new vscode.TreeItem(label, uses.length > 0 ? Collapsed : None);
  const files = new Set(uses.map(({ file }) => file.toString())).size;
  const used = [
    ...(files === 0 ? [] : [files === 1 ? vscode.l10n.t('in 1 file') : vscode.l10n.t('in {0} files', files)]),
  ];
  const words = [answer ?? description, ...used].flatMap((each) => (each === null ? [] : [oneLine(each)]));
  item.id = `${group} ${address}`;
  item.description = words.join(' · ');
  item.tooltip = [label, ...words].join('\n');
  item.accessibilityInformation = { label: [label, ...words].join(', ') };
  item.iconPath = new vscode.ThemeIcon(answer === undefined ? 'plug' : 'pass');
  item.contextValue = address.includes('::') ? 'instrument visa' : 'instrument';
  return item;
}

function useItem({ file, line }: AddressUse): vscode.TreeItem {
  const item = new vscode.TreeItem(file, vscode.TreeItemCollapsibleState.None);
  item.label = oneLine(vscode.workspace.asRelativePath(file));
  item.description = vscode.l10n.t('line {0}', line);
  item.iconPath = vscode.ThemeIcon.File;
  const selection = new vscode.Range(line - 1, 0, line - 1, 0);
  item.command = { command: 'vscode.open', title: vscode.l10n.t('Open'), arguments: [file, { selection }] };
  return item;
}
