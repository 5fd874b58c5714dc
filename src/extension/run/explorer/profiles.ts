import * as vscode from 'vscode';
import type { PhaseChoice, RunMode } from '../../../shared/contract/runner.ts';
import { askRepetitions, type Repeating } from '../repeatRuns.ts';
import type { TestItems } from './testItems.ts';

interface ProfileOptions {
  readonly mode: RunMode;
  readonly request: vscode.TestRunRequest | undefined;
  readonly choice: PhaseChoice | undefined;
}

type RunScript = (script: vscode.Uri, options: ProfileOptions) => Promise<unknown>;
type RepeatScript = (script: vscode.Uri, repeating: Repeating, choice: PhaseChoice | undefined) => Promise<void>;

interface Selected {
  readonly script: vscode.Uri;
  readonly choice: PhaseChoice | undefined;
}

export class Profiles {
  readonly #items: TestItems;
  readonly #report: (error: unknown) => void;
  readonly #profiles: Readonly<Record<RunMode, vscode.TestRunProfile>>;

  constructor(items: TestItems, run: RunScript, repeat: RepeatScript, report: (error: unknown) => void) {
    this.#items = items;
    this.#report = report;
    const { Run, Debug } = vscode.TestRunProfileKind;
    const running =
      (mode: RunMode) =>
      async (request: vscode.TestRunRequest): Promise<void> => {
        const selected = this.#selected(request);
        const own = selected.length === 1 ? request : undefined;
        for (const { script, choice } of selected) await run(script, { mode, request: own, choice });
      };
    this.#profiles = {
      push: this.#profile(vscode.l10n.t('Run and Push'), Run, running('push'), true),
      dry: this.#profile(vscode.l10n.t('Dry Run (nothing is pushed)'), Run, running('dry'), false),
      debug: this.#profile(vscode.l10n.t('Debug'), Debug, running('debug'), true),
    };
    const repeating = async (request: vscode.TestRunRequest, how: Repeating): Promise<void> => {
      for (const { script, choice } of this.#selected(request)) await repeat(script, how, choice);
    };
    this.#profile(
      vscode.l10n.t('Repeat…'),
      Run,
      async (request) => {
        const times = await askRepetitions();
        if (times !== undefined) await repeating(request, { times });
      },
      false,
    );
    this.#profile(vscode.l10n.t('Run until Failure'), Run, (request) => repeating(request, 'untilFailure'), false);
  }

  request(item: vscode.TestItem, mode: RunMode): vscode.TestRunRequest {
    // The last argument: show the results, as a run of the Test Explorer does.
    return new vscode.TestRunRequest([item], undefined, this.#profiles[mode], false, false);
  }

  #profile(
    label: string,
    kind: vscode.TestRunProfileKind,
    run: (request: vscode.TestRunRequest) => Promise<void>,
    isDefault: boolean,
  ): vscode.TestRunProfile {
    const handler = (request: vscode.TestRunRequest): Promise<void> =>
      run(request).catch((error: unknown) => this.#report(error));
    return this.#items.controller.createRunProfile(label, kind, handler, isDefault);
  }

  #selected(request: vscode.TestRunRequest): Selected[] {
    const items = request.include ?? [...this.#items.controller.items].map(([, item]) => item);
    const selected = new Map<string, { script: vscode.Uri; only: Set<string> | undefined }>();
    for (const item of items) {
      const phase = this.#items.phaseOf(item);
      const script = phase?.script ?? item.uri;
      if (script === undefined) continue;
      const known = selected.get(script.toString());
      const entry = known ?? { script, only: phase === undefined ? undefined : new Set<string>() };
      if (phase === undefined) entry.only = undefined;
      else entry.only?.add(phase.name);
      selected.set(script.toString(), entry);
    }
    return [...selected.values()].map(({ script, only }) => ({
      script,
      choice: only === undefined ? undefined : { only: [...only] },
    }));
  }
}
