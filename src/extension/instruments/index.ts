import * as vscode from 'vscode';
import type { Services } from '../connection/services.ts';
import { setContext } from '../vscode/context.ts';
import { requireTrust } from '../vscode/requireTrust.ts';
import type { InstrumentsNode } from './instrumentItems.ts';
import type { InstrumentsTree } from './instrumentsTree.ts';

const viewId = 'testStations.instruments';

interface Bench {
  readonly interpreter: () => Promise<readonly string[]>;
  readonly isRunning: () => boolean;
}

/**
 * Registers the Instruments view. It is empty until the user asks for the list, because listing may address the bus. Nearly all of
 * it is a bundle of its own, which is loaded then.
 */
export function registerInstruments({ commands, context, log }: Services, bench: Bench): vscode.Disposable {
  const changed = new vscode.EventEmitter<InstrumentsNode | undefined>();
  let tree: InstrumentsTree | undefined;
  const view = vscode.window.createTreeView('testStations.instruments', {
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: (node?: InstrumentsNode) => tree?.getChildren(node),
      getTreeItem: (node: InstrumentsNode) => tree?.getTreeItem(node) ?? new vscode.TreeItem(''),
    },
    showCollapseAll: true,
  });
  const load = async (): Promise<InstrumentsTree> => {
    const bundle = await import('./instrumentsTree.ts');
    const program = context.asAbsolutePath('dist/runner/instruments.py');
    return (tree ??= new bundle.InstrumentsTree({ ...bench, program, log, onChange: (node) => changed.fire(node) }));
  };
  const withProgress = (task: () => Promise<void>): Thenable<void> =>
    vscode.window.withProgress({ location: { viewId } }, task);

  commands.register('listInstruments', async () => {
    requireTrust();
    await vscode.commands.executeCommand(`${viewId}.focus`);
    await withProgress(async () => (await load()).list());
    setContext('hasInstruments', true);
  });
  commands.register('identifyInstrument', async (node) => {
    requireTrust();
    await withProgress(async () => (await load()).identify(node));
  });
  commands.register('copyInstrumentAddress', async (node) => (await load()).copyAddress(node));
  return vscode.Disposable.from(view, changed);
}
