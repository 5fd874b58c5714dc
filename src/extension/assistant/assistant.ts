import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import type * as z from 'zod';
import { activityLine } from '../../shared/assistant/activityLine.ts';
import {
  checkScript,
  type EditorTool,
  editorTools,
  getRunningTest,
  getSelection,
  openReport,
  runScript,
  stopRun,
} from '../../shared/assistant/editorTools.ts';
import { ToolError } from '../../shared/assistant/toolError.ts';
import { type ActivityConsent, activityFile } from '../../shared/contract/assistantActivity.ts';
import { messageOf } from '../../shared/format/messageOf.ts';
import { oneLine } from '../../shared/format/oneLine.ts';
import { setting } from '../vscode/settings.ts';
import { TextPage } from '../vscode/textPage.ts';
import { ActivityLog } from './activityLog.ts';
import { activityText } from './activityPage.ts';
import type { AssistantDependencies } from './assistantDependencies.ts';
import { copyConfiguration } from './copyConfiguration.ts';
import { answerCheckScript, answerGetSelection, answerOpenReport } from './readingTools.ts';
import { RunningTool } from './runningTool.ts';

type Recorder = (consent: ActivityConsent) => Promise<void>;
type Answer = (input: unknown, token: vscode.CancellationToken, onConsent: Recorder) => Promise<object>;

/** The part of the extension that assistants use. It is a bundle of its own, which is loaded at its first use. */
export class Assistant implements vscode.Disposable {
  readonly #dependencies: AssistantDependencies;
  readonly #running: RunningTool;
  readonly #activity: ActivityLog;
  readonly #page = new TextPage('test-stations-activity', `${vscode.l10n.t('Assistant Activity')}.txt`);
  readonly #answers: ReadonlyMap<string, Answer>;

  constructor(dependencies: AssistantDependencies) {
    this.#dependencies = dependencies;
    this.#running = new RunningTool(dependencies);
    this.#activity = new ActivityLog(join(dependencies.storage, activityFile));
    this.#answers = new Map([
      answering(checkScript, (input) => answerCheckScript(dependencies, input)),
      answering(runScript, (input, token, onConsent) => this.#running.run(input, token, onConsent)),
      answering(stopRun, () => this.#running.stop()),
      answering(openReport, (input) => answerOpenReport(dependencies, input)),
      answering(getSelection, () => answerGetSelection(dependencies)),
      answering(getRunningTest, () => Promise.resolve(this.#running.running())),
    ]);
  }

  /** Returns what the chat shows while the tool is called. It asks before a run that the person has not allowed yet. */
  prepare(name: string, input: unknown): vscode.PreparedToolInvocation {
    const tool = editorTools.find((each) => each.name === name);
    const invocationMessage = tool?.title ?? name;
    const wanted = name === runScript.name ? runScript.input.safeParse(input).data : undefined;
    if (wanted === undefined || setting('assistant.runs') === 'never' || this.#isCovered(wanted)) {
      return { invocationMessage };
    }
    // This question may be switched off. That of the window, which follows, may not.
    const message = new vscode.MarkdownString();
    message.appendText(
      wanted.is_dry_run === true
        ? vscode.l10n.t(
            'The script {0} is executed as a dry run. It controls the connected hardware and uploads nothing.',
            oneLine(basename(wanted.script), 100),
          )
        : vscode.l10n.t(
            'The script {0} is executed on station {1} with serial number {2}. It controls the connected hardware.',
            oneLine(basename(wanted.script), 100),
            oneLine(wanted.station ?? this.#dependencies.store.selected?.name ?? vscode.l10n.t('not stated'), 60),
            oneLine(wanted.serial_number ?? vscode.l10n.t('not stated'), 60),
          ),
    );
    return {
      invocationMessage,
      confirmationMessages: { title: vscode.l10n.t('Let the assistant ask to run a test script?'), message },
    };
  }

  #isCovered({ script, station, is_dry_run }: z.output<typeof runScript.input>): boolean {
    const { selected } = this.#dependencies.store;
    return this.#running.consent.covers(script, is_dry_run === true ? 'dry' : 'push', station ?? selected?.id);
  }

  /** @throws ToolError why it was refused, as a sentence for the assistant */
  async invoke(name: string, input: unknown, token: vscode.CancellationToken): Promise<vscode.LanguageModelToolResult> {
    const answer = this.#answers.get(name);
    if (answer === undefined) throw new ToolError(`There is no tool ${name}.`);
    let consent: ActivityConsent = 'notNeeded';
    const record = (result: unknown): Promise<void> =>
      this.#activity.add(activityLine({ at: new Date(), tool: name, arguments: input, result, consent }));
    const onConsent: Recorder = async (given) => {
      consent = given;
      // A run is recorded when it starts, too: the window may be closed before its end.
      if (given === 'once' || given === 'budget') await record({ status: 'started' });
    };
    try {
      const result = await answer(input, token, onConsent);
      await this.#recorded(record(result));
      return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(JSON.stringify(result))]);
    } catch (error) {
      await this.#recorded(record(messageOf(error)));
      if (error instanceof ToolError || error instanceof vscode.CancellationError) throw error;
      this.#dependencies.log.error(error instanceof Error ? error : String(error));
      throw new ToolError(`The call failed: ${messageOf(error)}`);
    }
  }

  /** The end of a call counts even if it cannot be recorded. */
  async #recorded(record: Promise<void>): Promise<void> {
    await record.catch((error: unknown) => this.#dependencies.log.warn(`assistant activity: ${String(error)}`));
  }

  async showActivity(): Promise<void> {
    await this.#page.show(await activityText(this.#dependencies.connection, this.#activity));
  }

  copyConfiguration(): Promise<void> {
    return copyConfiguration(this.#dependencies);
  }

  endRuns(): void {
    this.#running.consent.revoke();
  }

  dispose(): void {
    this.#running.dispose();
    this.#page.dispose();
  }
}

/** Parses the input and the answer, so that nothing leaves but what the tool declares. */
function answering<I extends z.ZodObject, O extends z.ZodObject>(
  tool: EditorTool<I, O>,
  answer: (input: z.output<I>, token: vscode.CancellationToken, onConsent: Recorder) => Promise<z.input<O>>,
): [string, Answer] {
  return [
    tool.name,
    async (given, token, onConsent) => {
      const input = tool.input.strict().safeParse(given);
      if (input.success) return tool.output.parse(await answer(input.data as z.output<I>, token, onConsent));
      const faults = input.error.issues.slice(0, 5).map(({ path, message }) => `${path.join('.')}: ${message}`);
      const fields = Object.keys(tool.input.shape).join(', ') || 'none';
      throw new ToolError(`The input is not valid. ${faults.join(' ')} The fields are: ${fields}.`);
    },
  ];
}
