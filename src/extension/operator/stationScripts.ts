import * as vscode from 'vscode';
import * as z from 'zod';
import { testFilesGlob } from '../../shared/script/testFiles.ts';
import type { StationName } from '../connection/stationStore.ts';
import { ignoredFiles, pickScript } from '../vscode/scriptFile.ts';

const storedScripts = z.record(z.string(), z.string());
const key = 'stationScripts';
const maxFiles = 500;

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

  async pick(station: StationName): Promise<void> {
    const found = await vscode.workspace.findFiles(testFilesGlob, ignoredFiles, maxFiles);
    const open = vscode.window.activeTextEditor?.document.uri.toString();
    const isOpen = (uri: vscode.Uri): number => Number(uri.toString() === open);
    const sorted = found.sort((a, b) => isOpen(b) - isOpen(a) || a.path.localeCompare(b.path));
    const script = await pickScript(sorted, {
      title: vscode.l10n.t('Script that {0} starts', station.name),
      placeHolder: vscode.l10n.t('The Operator UI starts it, with the serial number of each unit'),
      ignoreFocusOut: true, // an open Operator UI takes the focus when its window gets it
    });
    await this.#state.update(key, { ...this.#all, [station.id]: script.toString() });
    this.#changed.fire(station.id);
  }
}
