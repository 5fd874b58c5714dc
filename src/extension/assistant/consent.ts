import { basename } from 'node:path';
import * as vscode from 'vscode';
import { withoutIcons } from '../../shared/format/markdown.ts';
import { oneLine, plainMessage } from '../../shared/format/oneLine.ts';
import { showInformation, showWarning } from '../vscode/messages.ts';
import { setting } from '../vscode/settings.ts';
import {
  type Answer,
  budgetMinutes,
  type Circumstances,
  type Decision,
  maxDeclinesInARow,
  maxRuns,
  type Refusal,
  RunBudget,
  type RunRequest,
} from './runBudget.ts';

/** No person reads the dialog faster. */
const minAnswerMs = 500;

export interface ConsentQuestion {
  readonly script: string;
  readonly mode: 'push' | 'dry';
  readonly station: { readonly id: string; readonly name: string } | undefined;
  readonly procedure: string;
  readonly serialNumber: string;
  /** Reads again what the script and its files are. */
  readonly request: () => Promise<RunRequest>;
  readonly isInUse: () => Promise<boolean>;
}

export type Consent = { readonly by: 'once' | 'budget' } | { readonly refusal: Refusal };

/**
 * Asks the person at the window before an assistant's run, and counts the runs that they have allowed. This is the only
 * place where a run of an assistant is allowed. A reload of the window forgets it.
 */
export class RunConsent implements vscode.Disposable {
  readonly #budget = new RunBudget();
  readonly #item: vscode.StatusBarItem;
  #question: ConsentQuestion | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor() {
    this.#item = vscode.window.createStatusBarItem('testStations.assistant', vscode.StatusBarAlignment.Left, 9);
    this.#item.name = vscode.l10n.t('Runs of assistants');
    this.#item.command = 'testStations.endAssistantRuns';
    this.#item.backgroundColor = new vscode.ThemeColor('statusBarItem.warningBackground');
  }

  /** Returns whether the run may start, asking the person if that is necessary. `ended` must follow if it may. */
  async ask(question: ConsentQuestion): Promise<Consent> {
    const asked = await question.request();
    const decision = this.#budget.request(asked, circumstances(await question.isInUse()), Date.now());
    this.#show();
    if (decision.kind === 'run') return { by: 'budget' };
    if (decision.kind === 'refuse') return { refusal: decision.why };
    const final = await this.#askPerson(question, asked);
    this.#show();
    return final.kind === 'run' ? { by: 'once' } : { refusal: final.why };
  }

  /** The budget gets an answer in any case, because it asks nothing else until then. */
  async #askPerson(question: ConsentQuestion, asked: RunRequest): Promise<Decision> {
    try {
      const answer = await askPerson(question, asked.isFingerprintComplete);
      const now = await question.request();
      const final = this.#budget.answer(answer, asked, now, circumstances(await question.isInUse()), Date.now());
      if (answer.kind === 'allowed' && answer.runs > 1 && final.kind === 'run') this.#question = question;
      return final;
    } catch (error) {
      this.#budget.cancelQuestion();
      throw error;
    }
  }

  /** Is asked right before the start. @returns why the run must not start any more */
  async confirm(question: ConsentQuestion, isInUse: boolean): Promise<Refusal | undefined> {
    return this.#budget.confirm(await question.request(), circumstances(isInUse));
  }

  ended(hasPassedOrFailed: boolean): void {
    const before = this.remaining;
    this.#budget.ended(hasPassedOrFailed);
    this.#show();
    if (before > 0 && this.remaining === 0) {
      void showWarning(
        vscode.l10n.t(
          'The run of the assistant ended without PASS or FAIL. Assistants must ask again before each run.',
        ),
      );
    }
  }

  revoke(): void {
    const before = this.remaining;
    this.#budget.revoke();
    this.#show();
    if (before > 0) void showInformation(vscode.l10n.t('Assistants must ask again before each run.'));
  }

  /** Whether the next run would start without a question. @param station the id or the name */
  covers(script: string, mode: 'push' | 'dry', station: string | undefined): boolean {
    const remaining = this.#budget.remaining(Date.now());
    const granted = this.#question?.station;
    if (station !== granted?.id && station !== granted?.name) return false;
    return (
      remaining?.request.script === script && remaining.request.mode === mode && setting('assistant.runs') === 'ask'
    );
  }

  get remaining(): number {
    return this.#budget.remaining(Date.now())?.runs ?? 0;
  }

  #show(): void {
    clearTimeout(this.#timer);
    const remaining = this.#budget.remaining(Date.now());
    if (remaining === undefined || this.#question === undefined) {
      this.#item.hide();
      return;
    }
    const { runs, endsAtMs } = remaining;
    const where = withoutIcons(oneLine(placeOf(this.#question), 60));
    const script = withoutIcons(oneLine(basename(this.#question.script), 60));
    this.#item.text = `$(play-circle) ${vscode.l10n.t('Assistant runs left: {0}', runs)}`;
    this.#item.tooltip = vscode.l10n.t(
      'An assistant may run {0} on {1} without another question. Click to end this.',
      script,
      where,
    );
    this.#item.accessibilityInformation = { label: `${vscode.l10n.t('Assistant runs left: {0}', runs)}. ${where}` };
    this.#item.show();
    this.#timer = setTimeout(() => this.#show(), endsAtMs - Date.now());
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#item.dispose();
  }
}

const circumstances = (isInUse: boolean): Circumstances => ({
  setting: setting('assistant.runs'),
  isTrusted: vscode.workspace.isTrusted,
  isInUse,
});

const placeOf = ({ mode, station }: ConsentQuestion): string =>
  mode === 'dry' ? vscode.l10n.t('dry run') : (station?.name ?? '');

async function askPerson(question: ConsentQuestion, canAllowSeveral: boolean): Promise<Answer> {
  const { mode, script, station, procedure, serialNumber } = question;
  const name = oneLine(basename(script), 60);
  const where = oneLine(station?.name ?? '', 60);
  const message =
    mode === 'dry'
      ? vscode.l10n.t('An assistant wants to make a dry run of {0}.', name)
      : vscode.l10n.t('An assistant wants to run {0} on {1}.', name, where);
  const facts = [
    ...(station === undefined ? [] : [vscode.l10n.t('Station: {0}', where)]),
    vscode.l10n.t('Procedure: {0}', oneLine(procedure, 100)),
    vscode.l10n.t('Script: {0}', oneLine(script, 300)),
    vscode.l10n.t('Serial number: {0}', oneLine(serialNumber, 100)),
  ];
  const effects =
    mode === 'dry'
      ? vscode.l10n.t(
          'A dry run uploads nothing, but it executes the script with your rights: it switches and moves the connected hardware as a real run does.',
        )
      : vscode.l10n.t(
          'The script is executed with your rights: it switches and moves the connected hardware, and its results are uploaded.',
        );
  const learns = vscode.l10n.t('The assistant receives the serial numbers, outcomes and messages of the tests.');
  const detail = [...facts, '', effects, learns].map(plainMessage).join('\n');
  const once = vscode.l10n.t('Run Once');
  const several = mode === 'dry' ? vscode.l10n.t('Allow 5 Dry Runs…') : vscode.l10n.t('Allow 5 Runs on {0}…', where);
  const buttons = canAllowSeveral ? [once, several] : [once];
  const chosen = await deliberateAnswer(() => showWarning(message, { modal: true, detail }, ...buttons));
  if (chosen === once) return { kind: 'allowed', runs: 1 };
  return chosen === several ? askNumber(name, where) : { kind: 'declined' };
}

/** Shows the dialog again if it was answered at once: by a key that was meant for the editor or the chat. */
async function deliberateAnswer(show: () => Thenable<string | undefined>): Promise<string | undefined> {
  for (;;) {
    const shownAtMs = performance.now();
    const chosen = await show();
    if (chosen === undefined || performance.now() - shownAtMs >= minAnswerMs) return chosen;
  }
}

async function askNumber(script: string, station: string): Promise<Answer> {
  const numbers = [5, 2, 3, maxRuns];
  const items = numbers.map((runs) => ({ label: vscode.l10n.t('{0} runs', runs), runs }));
  const picked = await vscode.window.showQuickPick(items, {
    title: withoutIcons(
      vscode.l10n.t('Runs of {0} without another question', [script, station].filter(Boolean).join(' · ')),
    ),
    placeHolder: vscode.l10n.t(
      'They end after {0} minutes, and with an ERROR or a change of a Python file',
      budgetMinutes,
    ),
    ignoreFocusOut: true,
  });
  return picked === undefined ? { kind: 'declined' } : { kind: 'allowed', runs: picked.runs };
}

export const refusalSentence = (refusal: Refusal): string =>
  ({
    off: 'Assistants may not run scripts in this window. Only the person can change that: setting testStations.assistant.runs.',
    untrusted: 'The workspace is not trusted, so no script is run. Only the person can trust it.',
    inUse: 'A test of a person runs on this station, or is about to. Wait until it has ended.',
    busy: 'Another run of an assistant is being asked about, or runs, in this window. One at a time: wait for it.',
    declined: 'The person declined this run. Do not ask again unless they tell you to.',
    declinedTooOften: `The person has declined ${maxDeclinesInARow} times in a row. No further run is asked for until the window is reloaded.`,
    changed:
      'A Python file of the workspace or a setting of the script changed after the person was asked. Nothing was run.',
  })[refusal];
