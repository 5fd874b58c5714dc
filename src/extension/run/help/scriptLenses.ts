import * as vscode from 'vscode';
import { withoutIcons } from '../../../shared/format/markdown.ts';
import type { Services } from '../../connection/services.ts';
import { setting } from '../../vscode/settings.ts';

export class ScriptLenses implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #services: Services;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.#changed.event;
  readonly #subscriptions: vscode.Disposable;

  constructor(services: Services) {
    this.#services = services;
    this.#subscriptions = vscode.Disposable.from(
      services.store.onDidChange(() => this.#changed.fire()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#changed.fire()),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('testStations.codeLens')) this.#changed.fire();
      }),
    );
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    if (!setting('codeLens') || !vscode.workspace.isTrusted) return [];
    const { entry } = await this.#services.reader.marks(document);
    if (entry === null) return [];
    const place = new vscode.Range(document.positionAt(entry), document.positionAt(entry));
    return this.#commands(document.uri).map((command) => new vscode.CodeLens(place, command));
  }

  #commands(script: vscode.Uri): vscode.Command[] {
    const { selected } = this.#services.store;
    if (selected === undefined) {
      return [
        {
          command: 'testStations.selectStation',
          title: vscode.l10n.t('Select Station'),
          tooltip: vscode.l10n.t('Choose the station that scripts run on'),
        },
      ];
    }
    return [
      {
        command: 'testStations.runProcedure',
        title: vscode.l10n.t('Run on {0}', withoutIcons(selected.name)),
        tooltip: vscode.l10n.t('Runs this script as {0} and saves its runs', selected.name),
        arguments: [script],
      },
      {
        command: 'testStations.debugProcedure',
        title: vscode.l10n.t('Debug'),
        tooltip: vscode.l10n.t('Runs this script as {0} under the debugger', selected.name),
        arguments: [script],
      },
    ];
  }

  dispose(): void {
    this.#subscriptions.dispose();
    this.#changed.dispose();
  }
}
