import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { RunnerCommand, RunnerEvent } from '../../../shared/contract/runner.ts';
import { applyRunnerEvent, initialProgress, type RunProgress } from '../../../shared/live/runProgress.ts';
import type { Log } from '../../vscode/log.ts';
import { showInformation, showWarning } from '../../vscode/messages.ts';
import type { TestResults } from '../explorer/testResults.ts';
import type { TestListener, TestProcess } from '../kinds/testProcess.ts';
import type { ProcedureQuestion } from '../questions/procedureQuestion.ts';
import type { PromptFolders } from '../questions/promptPanel.ts';
import { type OtherOperators, Prompts } from '../questions/prompts.ts';
import type { PartNumberQuestion } from '../questions/unitQuestions.ts';
import { ShownOutput } from './shownOutput.ts';

/** The time that each step of stopping has before the next is offered: OpenHTF abandons a blocked phase after 3 s. */
const stopStepTimeoutMs = 10_000;

export interface ScriptEnd {
  readonly live: RunProgress;
  /** Whether the user stopped the script, or cancelled a question. */
  readonly wasStopped: boolean;
  readonly exitCode: number | null;
  /** The error that kept a question from being asked, which ended the script. */
  readonly questionError: Error | undefined;
  readonly lastLine: string;
}

interface ScriptRunOptions {
  readonly follow?: (event: RunnerEvent) => void;
  readonly others?: OtherOperators;
}

export class ScriptProcess {
  readonly #title: string;
  readonly #results: TestResults;
  readonly #questions: RunQuestions;
  readonly #log: Log;
  readonly #prompts: Prompts;
  readonly #follow: (event: RunnerEvent) => void;
  #process: TestProcess | undefined;
  #live: RunProgress = initialProgress;
  #wasStopped = false;
  #questionError: Error | undefined;
  readonly #stopSteps: StopStep[];

  constructor(
    title: string,
    folders: PromptFolders,
    results: TestResults,
    questions: RunQuestions,
    log: Log,
    { follow = () => undefined, others }: ScriptRunOptions = {},
  ) {
    this.#title = title;
    this.#stopSteps = forcedStopSteps(title);
    this.#prompts = new Prompts((command) => this.#process?.send(command), title, folders, others);
    this.#follow = follow;
    this.#results = results;
    this.#questions = questions;
    this.#log = log;
  }

  answer(request_id: string, value: string): void {
    this.#process?.send({ command: 'ui_response', request_id, value });
  }

  /**
   * Resolves when the script has ended.
   * @throws what `start` throws
   */
  async run(start: (listener: TestListener) => Promise<TestProcess>): Promise<ScriptEnd> {
    let lastLine = '';
    const shown = new ShownOutput(
      (text) => this.#results.output(text),
      (count) => vscode.l10n.t('… {0} characters were printed too fast to be shown here …', count.toLocaleString()),
    );
    try {
      this.#process = await start({
        event: (event) => this.#event(event),
        output: (text) => {
          shown.add(text);
          lastLine = text.slice(-1000).trim().split('\n').at(-1) || lastLine;
        },
        protocolError: (message) => this.#log.warn(message),
        childDied: (pid) =>
          shown.add(
            vscode.l10n.t('Child process {0} ended in the middle of a test. Its test has no result.', String(pid)) +
              '\n',
          ),
      });
      if (this.#wasStopped) this.#process.send({ command: 'stop' });
      const exitCode = await this.#process.ended;
      this.#log.info(`${this.#title} ended with exit code ${exitCode}`);
      return { live: this.#live, wasStopped: this.#wasStopped, exitCode, questionError: this.#questionError, lastLine };
    } finally {
      shown.flush();
      this.#prompts.dispose();
      this.#process = undefined;
    }
  }

  /**
   * Stops in an orderly way: the phase ends, teardown runs. When that takes too long, or on a further stop, harder ways
   * are offered.
   */
  async stop(): Promise<void> {
    const isFirst = !this.#wasStopped;
    this.#wasStopped = true;
    const process = this.#process;
    if (process === undefined) return; // it has not started: `run` passes the stop on
    const ended = process.ended.then(() => true as const);
    if (isFirst) {
      process.send({ command: 'stop' });
      if (await Promise.race([ended, delay(stopStepTimeoutMs, false)])) return;
    }
    for (let step = this.#stopSteps[0]; step !== undefined; step = this.#stopSteps[0]) {
      const { button } = step;
      const answer = showWarning(step.message, button);
      const chosen = await Promise.race([ended, answer]);
      if (chosen === true) void answer.then((late) => late === button && this.#reportEnd());
      if (chosen !== button) return; // it has ended, or the user waits: another stop offers it again
      step.act(process);
      this.#stopSteps.shift();
      if (await Promise.race([ended, delay(stopStepTimeoutMs, false)])) return;
    }
  }

  #reportEnd(): void {
    void showInformation(vscode.l10n.t('{0} has already ended.', this.#title));
  }

  #event(event: RunnerEvent): void {
    this.#live = applyRunnerEvent(this.#live, event);
    this.#results.event(event);
    this.#prompts.event(event);
    this.#follow(event);
    if (event.event === 'procedure_request') {
      const { request_id, procedure_id: own, needs_id } = event;
      void this.#answer(this.#questions.procedure?.answer(own, needs_id), (procedure_id) => ({
        command: 'procedure_response',
        request_id,
        procedure_id,
      }));
    }
    if (event.event === 'part_number_request') {
      const { request_id } = event;
      void this.#answer(this.#questions.partNumber?.answer(), (part_number) => ({
        command: 'part_number_response',
        request_id,
        part_number,
      }));
    }
    if (event.event === 'serial_number_request') {
      const { request_id, serial_number: own } = event;
      void this.#answer(this.#questions.serialNumber(own), (serial_number) => ({
        command: 'serial_number_response',
        request_id,
        serial_number,
      }));
    }
  }

  /** Sends the user's answer. Without an answer the script ends. */
  async #answer(
    answered: Promise<string | null> | undefined,
    response: (answer: string | null) => RunnerCommand,
  ): Promise<void> {
    let answer: string | null = null;
    try {
      answer = (await answered) ?? null;
    } catch (error) {
      this.#questionError = error instanceof Error ? error : new Error(String(error));
    }
    if (answer === null) this.#wasStopped = true;
    this.#process?.send(response(answer));
  }
}

interface RunQuestions {
  readonly procedure: ProcedureQuestion | undefined;
  readonly partNumber: PartNumberQuestion | undefined;
  /**
   * @param own the script's own serial number
   * @returns null if the script must not run
   */
  readonly serialNumber: (own: string | null) => Promise<string | null>;
}

interface StopStep {
  readonly message: string;
  readonly button: string;
  readonly act: (process: TestProcess) => void;
}

const forcedStopSteps = (title: string): StopStep[] => [
  {
    message: vscode.l10n.t(
      '{0} is still stopping. Force Stop also ends teardown phases that run; plugs still tear down.',
      title,
    ),
    button: vscode.l10n.t('Force Stop'),
    act: (process) => process.send({ command: 'kill' }),
  },
  {
    message: vscode.l10n.t(
      '{0} does not end. Kill Process ends it at once: no teardown runs, and hardware stays as it is.',
      title,
    ),
    button: vscode.l10n.t('Kill Process'),
    act: (process) => process.kill(),
  },
];
