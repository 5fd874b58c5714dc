import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { RunnerEvent } from '../contract/runner.ts';
import { advance, type LiveRun, notStarted } from '../domain/liveRun.ts';
import type { Log } from '../platform/log.ts';
import type { ProcedureQuestion } from './procedureQuestion.ts';
import { Prompts } from './prompts.ts';
import type { RunPlan } from './runPlan.ts';
import { RunnerProcess } from './runnerProcess.ts';
import type { ResultPainter } from './testResults.ts';

/** Milliseconds that each step of stopping has before the next is offered: OpenHTF abandons a blocked phase after 3 s. */
const patience = 10_000;

/** How a script run ended. */
export interface RunEnd {
  readonly live: LiveRun;
  /** The user stopped it, or cancelled the question for the procedure. */
  readonly stopped: boolean;
}

/** A script that runs: its events go to the results, the prompts and the record of what happened. */
export class ScriptRun {
  readonly #painter: ResultPainter;
  readonly #question: ProcedureQuestion;
  readonly #log: Log;
  readonly #prompts = new Prompts((command) => this.#process?.send(command));
  #process: RunnerProcess | undefined;
  #live: LiveRun = notStarted;
  #stopped = false;

  constructor(painter: ResultPainter, question: ProcedureQuestion, log: Log) {
    this.#painter = painter;
    this.#question = question;
    this.#log = log;
  }

  /** Runs to the end. @throws Error when the interpreter cannot be started */
  async run(plan: RunPlan): Promise<RunEnd> {
    try {
      this.#process = await RunnerProcess.start(plan, {
        event: (event) => this.#event(event),
        output: (text) => this.#painter.output(text),
        protocolError: (message) => this.#log.warn(message),
      });
      if (this.#stopped) this.#process.send({ command: 'stop' });
      const exitCode = await this.#process.ended;
      this.#log.info(`${plan.script} ended with exit code ${exitCode}`);
      return { live: this.#live, stopped: this.#stopped };
    } finally {
      this.#prompts.dispose();
      this.#process = undefined;
    }
  }

  /** Stops in an orderly way: the phase ends, teardown runs. When that takes too long, harder ways are offered. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    const process = this.#process;
    if (process === undefined) return;
    process.send({ command: 'stop' });
    const force = vscode.l10n.t('Force Stop');
    if (
      !(await this.#offer(
        process,
        vscode.l10n.t(
          'The test is still stopping. Force Stop also ends teardown phases that run; plugs still tear down.',
        ),
        force,
      ))
    )
      return;
    process.send({ command: 'kill' });
    const kill = vscode.l10n.t('Kill Process');
    if (
      !(await this.#offer(
        process,
        vscode.l10n.t(
          'The script does not end. Kill Process ends it at once: no teardown runs, and hardware stays as it is.',
        ),
        kill,
      ))
    )
      return;
    process.kill();
  }

  /** After the patience: whether the user wants the harder way, while the process still runs. */
  async #offer(process: RunnerProcess, message: string, button: string): Promise<boolean> {
    const ended = process.ended.then(() => true);
    if (await Promise.race([ended, delay(patience, false)])) return false;
    const chosen = await Promise.race([ended, vscode.window.showWarningMessage(message, button)]);
    return chosen === button;
  }

  #event(event: RunnerEvent): void {
    this.#live = advance(this.#live, event);
    this.#painter.event(event);
    this.#prompts.event(event);
    if (event.event === 'procedure_request') void this.#answer(event);
  }

  async #answer({ request_id, procedure_id }: RunnerEvent & { event: 'procedure_request' }): Promise<void> {
    let answer: string | null = null;
    try {
      answer = await this.#question.answer(procedure_id);
    } catch (error) {
      this.#log.error(error instanceof Error ? error : String(error));
      this.#painter.output(`${String(error)}\n`);
    }
    if (answer === null) this.#stopped = true;
    this.#process?.send({ command: 'procedure_response', request_id, procedure_id: answer });
  }
}
