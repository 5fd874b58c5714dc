import * as vscode from 'vscode';
import type { RunMode } from '../../../shared/contract/runner.ts';
import { showInformation } from '../../vscode/messages.ts';
import type { TestItems } from './testItems.ts';

type RunScript = (script: vscode.Uri, mode: RunMode, request: vscode.TestRunRequest | undefined) => Promise<void>;

export class Profiles {
  readonly #items: TestItems;
  readonly #run: RunScript;
  readonly #report: (error: unknown) => void;
  readonly #profiles: Readonly<Record<RunMode, vscode.TestRunProfile>>;
  #hasExplainedPhases = false;

  constructor(items: TestItems, run: RunScript, report: (error: unknown) => void) {
    this.#items = items;
    this.#run = run;
    this.#report = report;
    const { Run, Debug } = vscode.TestRunProfileKind;
    this.#profiles = {
      push: this.#profile(vscode.l10n.t('Run and Push'), Run, 'push', true),
      dry: this.#profile(vscode.l10n.t('Dry Run (nothing is pushed)'), Run, 'dry', false),
      debug: this.#profile(vscode.l10n.t('Debug'), Debug, 'debug', true),
    };
  }

  request(script: vscode.TestItem, mode: RunMode): vscode.TestRunRequest {
    // The last argument: show the results, as a run of the Test Explorer does.
    return new vscode.TestRunRequest([script], undefined, this.#profiles[mode], false, false);
  }

  #profile(label: string, kind: vscode.TestRunProfileKind, mode: RunMode, isDefault: boolean): vscode.TestRunProfile {
    const handler = (request: vscode.TestRunRequest): Promise<void> =>
      this.#runItems(request, mode).catch((error: unknown) => this.#report(error));
    return this.#items.controller.createRunProfile(label, kind, handler, isDefault);
  }

  async #runItems(request: vscode.TestRunRequest, mode: RunMode): Promise<void> {
    const items = request.include ?? [...this.#items.controller.items].map(([, item]) => item);
    const scripts = new Set(items.map(scriptOf));
    if (items.some(({ parent }) => parent !== undefined)) this.#explainPhases();
    for (const script of scripts) {
      if (script.uri !== undefined) await this.#run(script.uri, mode, scripts.size === 1 ? request : undefined);
    }
  }

  #explainPhases(): void {
    if (this.#hasExplainedPhases) return;
    this.#hasExplainedPhases = true;
    void showInformation(vscode.l10n.t('A phase cannot run alone: its whole script runs, with all phases.'));
  }
}

function scriptOf(item: vscode.TestItem): vscode.TestItem {
  return item.parent === undefined ? item : scriptOf(item.parent);
}
