import * as vscode from 'vscode';
import { addressKey } from '../../shared/script/instrumentAddresses.ts';
import { confirm, showDone } from '../vscode/messages.ts';
import {
  childrenOf,
  type GroupName,
  type GroupNode,
  type InstrumentNode,
  type InstrumentsNode,
  isInstrument,
  itemOf,
  noticeOf,
} from './instrumentItems.ts';
import { type FoundInstruments, identifyInstrument, listInstruments, type Reading } from './instrumentReader.ts';
import { findUses } from './scriptUses.ts';

interface InstrumentsOptions extends Reading {
  readonly isRunning: () => boolean;
  /** Is called with the node that has changed; with none for all. */
  readonly onChange: (node: InstrumentsNode | undefined) => void;
}

export class InstrumentsTree {
  readonly #options: InstrumentsOptions;
  #groups: readonly GroupNode[] = [];
  readonly #answers = new Map<string, string>();

  constructor(options: InstrumentsOptions) {
    this.#options = options;
  }

  async list(): Promise<void> {
    const [{ python, visa, serial }, uses] = await Promise.all([
      listInstruments(this.#options),
      findUses(this.#options.log),
    ]);
    const groupOf = (name: GroupName, found: FoundInstruments): GroupNode => ({
      kind: 'group',
      name,
      children:
        found.found.length === 0
          ? [noticeOf(name, found, python)]
          : found.found.map((each) => ({
              kind: 'instrument',
              group: name,
              uses: uses.get(addressKey(each.address)) ?? [],
              ...each,
            })),
    });
    const listed = new Set([...visa.found, ...serial.found].map(({ address }) => addressKey(address)));
    const others = [...uses].flatMap(([key, places]): InstrumentNode[] => {
      const address = listed.has(key) ? undefined : places[0]?.address;
      return address === undefined
        ? []
        : [{ kind: 'instrument', group: 'scripts', address, description: null, uses: places }];
    });
    this.#groups = [
      groupOf('visa', visa),
      groupOf('serial', serial),
      ...(others.length === 0 ? [] : [{ kind: 'group', name: 'scripts', children: others } as const]),
    ];
    this.#answers.clear();
    this.#options.onChange(undefined);
  }

  async identify(node: unknown): Promise<void> {
    if (!isInstrument(node)) return;
    const { isRunning, onChange } = this.#options;
    if (isRunning() && !(await confirmInterruption(node.address))) return;
    this.#answers.delete(node.address);
    try {
      this.#answers.set(node.address, await identifyInstrument(this.#options, node.address));
    } finally {
      onChange(node);
    }
  }

  async copyAddress(node: unknown): Promise<void> {
    if (!isInstrument(node)) return;
    await vscode.env.clipboard.writeText(node.address);
    showDone(vscode.l10n.t('Copied {0}', node.address));
  }

  getChildren(node?: InstrumentsNode): InstrumentsNode[] {
    return [...(node === undefined ? this.#groups : childrenOf(node))];
  }

  getTreeItem(node: InstrumentsNode): vscode.TreeItem {
    return itemOf(node, node.kind === 'instrument' ? this.#answers.get(node.address) : undefined);
  }
}

const confirmInterruption = (address: string): Promise<boolean> =>
  confirm({
    message: vscode.l10n.t('A script is running. Ask {0} for its identification nevertheless?', address),
    detail: vscode.l10n.t('If the script uses this instrument, the question *IDN? can disturb its test.'),
    button: vscode.l10n.t('Identify'),
  });
