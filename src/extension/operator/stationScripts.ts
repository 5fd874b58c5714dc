import { basename } from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod';
import { testFilesGlob } from '../../shared/script/testFiles.ts';
import type { SelectedStation } from '../connection/stationStore.ts';
import { scriptDialogFilters } from '../vscode/scriptFile.ts';

const storedScripts = z.record(z.string(), z.string());
const key = 'stationScripts';

export class StationScripts {
  readonly #state: vscode.Memento;
  readonly #changed = new vscode.EventEmitter<string>();
  readonly onDidChange = this.#changed.event;

  constructor(state: vscode.Memento) {
    this.#state = state;
  }

  get(station: string): vscode.Uri | undefined {
    const path = this.#all[station];
    return path === undefined ? undefined : vscode.Uri.parse(path);
  }

  get stations(): string[] {
    return Object.keys(this.#all);
  }

  get #all(): Record<string, string> {
    return storedScripts.safeParse(this.#state.get(key)).data ?? {};
  }

  async pick(station: SelectedStation): Promise<void> {
    const found = await vscode.workspace.findFiles(
      testFilesGlob,
      '**/{node_modules,.venv,venv,__pycache__,.git}/**',
      500,
    );
    const open = vscode.window.activeTextEditor?.document.uri.toString();
    const items = found
      .map((uri) => ({ label: basename(uri.fsPath), description: vscode.workspace.asRelativePath(uri), uri }))
      .sort(
        (a, b) =>
          Number(b.uri.toString() === open) - Number(a.uri.toString() === open) ||
          a.description.localeCompare(b.description),
      );
    const browse = { label: `$(folder-opened) ${vscode.l10n.t('Browse…')}`, description: '', uri: undefined };
    const picked = await vscode.window.showQuickPick<{
      label: string;
      description: string;
      uri: vscode.Uri | undefined;
    }>([...items, browse], {
      title: vscode.l10n.t('Script that {0} starts', station.name),
      placeHolder: vscode.l10n.t('The Operator UI starts it, with the serial number of each unit'),
      matchOnDescription: true,
      ignoreFocusOut: true, // an open Operator UI takes the focus when its window gets it
    });
    const script = picked === browse ? await browseForScript() : picked?.uri;
    if (script === undefined) throw new vscode.CancellationError();
    await this.#state.update(key, { ...this.#all, [station.id]: script.toString() });
    this.#changed.fire(station.id);
  }
}

async function browseForScript(): Promise<vscode.Uri | undefined> {
  const [script] = (await vscode.window.showOpenDialog({ filters: scriptDialogFilters() })) ?? [];
  return script;
}
