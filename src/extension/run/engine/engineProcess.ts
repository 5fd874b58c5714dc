import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { EngineCommand } from '../../../shared/contract/engine.ts';
import type { RunMode, RunnerCommand } from '../../../shared/contract/runner.ts';
import type { DeclaredProcedure } from '../../../shared/engine/declaredProcedure.ts';
import { EngineSession } from '../../../shared/engine/engineSession.ts';
import { messageOf } from '../../../shared/format/messageOf.ts';
import { environmentWithoutKeys } from '../../vscode/environment.ts';
import { killProcess } from '../../vscode/processes.ts';
import type { TestListener, TestProcess } from '../kinds/testProcess.ts';
import { EngineHome } from './engineHome.ts';
import { linesOf } from './linesOf.ts';
import { ProcessTree } from './processTree.ts';
import { ProgressSaver } from './progressSaver.ts';
import { type QueuedRecord, readQueuedRecord } from './queuedRecord.ts';
import { type ResultPlace, saveProgress, saveResult } from './saveResult.ts';

export interface EnginePlan {
  readonly mode: RunMode;
  readonly program: string;
  /** The folder of the procedure, or its file if it has another name than procedure.yaml. */
  readonly procedure: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly declared: DeclaredProcedure;
  readonly executionId: string;
  /** Whether serial numbers come from the editor, whatever the unit form says. */
  readonly asksSerialNumber: boolean;
  /** In a dry run, a placeholder: the program wants one. */
  readonly procedureId: string;
  /** Where the result is saved; undefined in a dry run. */
  readonly place: ResultPlace | undefined;
  readonly storage: string;
  readonly debugPort?: number | undefined;
  readonly onDebuggerWaits?: () => void;
}

/** The program ends its phases within 0.3 s after abort_run; it has hung when they were in the middle of several things. */
const abortTimeoutMs = 5_000;
const outputGraceMs = 1_000;

/** Runs one procedure with the TofuPilot program, and reports it as the Python runner would. */
export class EngineProcess implements TestProcess {
  readonly #plan: EnginePlan;
  readonly #listener: TestListener;
  readonly #child: ChildProcess;
  readonly #home: EngineHome;
  readonly #tree: ProcessTree;
  readonly #session: EngineSession;
  readonly #progress: ProgressSaver | undefined;
  readonly ended: Promise<number | null>;
  #wasStopped = false;
  #hasAborted = false;
  #hasAnnouncedDebugger = false;
  #wasKilled = false;
  /** Whether the program uses another home folder, whose queue is that of other runs. */
  #isElsewhere = false;
  /** Whether the verdict is known, so that nothing counts any more. */
  #isOver = false;
  #abortTimer: NodeJS.Timeout | undefined;

  private constructor(plan: EnginePlan, listener: TestListener, child: ChildProcess, home: EngineHome) {
    this.#plan = plan;
    this.#listener = listener;
    this.#child = child;
    this.#home = home;
    this.#tree = new ProcessTree(child.pid ?? -1, `HOME=${home.path}`);
    this.#session = new EngineSession({
      ...plan,
      now: Date.now,
      emit: (event) => {
        listener.event(event);
        if (event.event === 'phase_started' || event.event === 'phase_complete') this.#progress?.request();
      },
      send: (command) => this.#write(command),
    });
    const { place, executionId, procedureId } = plan;
    if (place !== undefined) {
      const progress = { executionId, procedureId, stream: this.#session.record };
      const reportError = (error: unknown): void =>
        listener.output(`The progress of the run could not be saved: ${messageOf(error)}\n`);
      this.#progress = new ProgressSaver(() => saveProgress(place, progress), reportError);
    }
    const reading = Promise.all([this.#readReports(), this.#readOutput()]);
    this.ended = this.#end(reading);
  }

  static async start(plan: EnginePlan, listener: TestListener): Promise<EngineProcess> {
    const home = await EngineHome.create(plan.storage);
    const { mode, debugPort } = plan;
    const debug = mode === 'debug' && debugPort !== undefined ? ['--debug', '--debug-port', String(debugPort)] : [];
    const child = spawn(
      plan.program,
      ['run', plan.procedure, '--json', '--no-bootstrap', '--no-tui', '--upload', ...debug],
      {
        cwd: plan.cwd,
        env: { ...environmentOf(plan, home) },
        stdio: ['pipe', 'pipe', 'pipe'],
        detached: process.platform !== 'win32', // a group of its own, so that a kill takes it as a whole
        windowsHide: true,
      },
    );
    try {
      await once(child, 'spawn');
    } catch (error) {
      await home.remove();
      throw error;
    }
    return new EngineProcess(plan, listener, child, home);
  }

  send(command: RunnerCommand): void {
    if (command.command === 'ui_response') this.#session.answer(command.request_id, command.value);
    if (command.command === 'serial_number_response') this.#session.identify(command.request_id, command.serial_number);
    if (command.command === 'stop') this.#stop();
    if (command.command === 'kill') this.kill();
  }

  kill(): void {
    if (this.#hasExited()) return;
    this.#wasStopped = true;
    void this.#killAll();
  }

  #hasExited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** The program has one way of stopping, which ends all phases at once and skips what is left. */
  #stop(): void {
    if (this.#session.seen.finished !== null || this.#hasExited()) return;
    this.#wasStopped = true;
    this.#abort();
    this.#abortTimer ??= setTimeout(() => void this.#killAll(), abortTimeoutMs);
  }

  /** Before the run has begun, the program refuses to stop it: it is stopped as soon as it begins. */
  #abort(): void {
    if (this.#hasAborted || this.#session.seen.protocolVersion === null) return;
    this.#hasAborted = true;
    this.#write({ type: 'abort_run' });
  }

  async #killAll(): Promise<void> {
    if (this.#hasExited()) return;
    await this.#tree.note();
    const { pid } = this.#child;
    if (pid === undefined || this.#hasExited()) return;
    this.#wasKilled = true;
    try {
      killProcess(pid, true);
    } catch {
      // It has just ended.
    }
  }

  #write(command: EngineCommand): void {
    const { stdin } = this.#child;
    if (stdin?.writable === true && this.#session.seen.finished === null) stdin.write(`${JSON.stringify(command)}\n`);
  }

  async #readReports(): Promise<void> {
    this.#child.stdin?.on('error', () => undefined); // it has ended: its exit is reported
    for await (const line of linesOf(this.#child.stdout?.setEncoding('utf8') ?? [])) {
      if (this.#isOver) return;
      this.#line(line);
    }
  }

  #line(line: string): void {
    const before = this.#session.seen.attempts.length;
    this.#session.line(line);
    if (this.#wasStopped) this.#abort();
    if (this.#session.seen.attempts.length > 0) this.#announceDebugger();
    const isBusy = this.#session.seen.attempts.length > before || line.includes('"plug_status"');
    if (isBusy && !this.#hasExited()) void this.#tree.note();
  }

  async #readOutput(): Promise<void> {
    for await (const line of linesOf(this.#shownOutput())) this.#hint(line);
  }

  async *#shownOutput(): AsyncGenerator {
    for await (const chunk of this.#child.stderr?.setEncoding('utf8') ?? []) {
      this.#listener.output(String(chunk));
      yield chunk;
    }
  }

  #hint(line: string): void {
    const log = /Run log: (.+?)\s*$/.exec(line)?.[1];
    if (log !== undefined && !this.#home.contains(log)) {
      this.#isElsewhere = true;
      const reason = `The program does not use the home folder that it was given, but ${log}. The run is stopped.`;
      this.#listener.output(`${reason}\n`);
      void this.#killAll();
    }
    if (/waiting for a debugger/i.test(line)) this.#announceDebugger();
  }

  /** The program waits for the debugger in its first phase. */
  #announceDebugger(): void {
    if (this.#plan.mode !== 'debug' || this.#hasAnnouncedDebugger) return;
    this.#hasAnnouncedDebugger = true;
    this.#plan.onDebuggerWaits?.();
  }

  async #end(reading: Promise<unknown>): Promise<number | null> {
    const child = this.#child;
    if (!this.#hasExited()) await once(child, 'exit');
    clearTimeout(this.#abortTimer);
    // A plug that is left behind may hold the streams open.
    await Promise.race([reading.catch(() => undefined), delay(outputGraceMs)]);
    // The program ends its plugs itself, if it can; those of the whole station live on.
    const left = this.#session.seen.finished !== null && !this.#wasKilled ? 0 : await this.#tree.kill();
    if (left > 0) this.#listener.output(`${left} processes of plugs and phases were ended.\n`);
    this.#isOver = true;
    const isSaved = await this.#finish(child.exitCode);
    if (!isSaved) {
      this.#listener.output(`The files of this run stay in ${this.#home.path}, with the record of the program.\n`);
      return child.exitCode;
    }
    const created = await this.#home.remove().catch((error: unknown) => {
      this.#listener.output(`The home folder of this run could not be removed: ${messageOf(error)}\n`);
      return [];
    });
    if (created.length > 0) {
      this.#listener.output(
        `Phases created files in the home folder of this run, ${this.#home.path}: ${created.join(', ')}\n`,
      );
    }
    return child.exitCode;
  }

  async #queued(): Promise<QueuedRecord | string> {
    if (this.#isElsewhere) return 'the program used another home folder';
    const { program, procedureId } = this.#plan;
    const queued = await readQueuedRecord(program, environmentOf(this.#plan, this.#home));
    const isOther = typeof queued !== 'string' && queued.body.procedure_id !== procedureId;
    return isOther ? `the queued record is of the procedure ${queued.body.procedure_id}` : queued;
  }

  /** @returns false if the home folder of the run has something that is nowhere else */
  async #finish(exitCode: number | null): Promise<boolean> {
    const { place, executionId, procedureId } = this.#plan;
    const session = this.#session;
    const queued = session.hasStarted ? await this.#queued() : 'the run did not begin';
    const record = typeof queued === 'string' ? null : queued;
    if (session.hasStarted && typeof queued === 'string') this.#listener.output(`No record of the run: ${queued}.\n`);
    const end = { exitCode, wasStopped: this.#wasStopped, record: record?.body ?? null };
    const verdict = session.finish(end, this.#wasKilled);
    await this.#progress?.end();
    if (place === undefined || !session.hasStarted) return true;
    const event = { execution_id: executionId, time: Date.now(), status: null };
    try {
      const saved = await saveResult(place, { executionId, procedureId, verdict, stream: session.record, record });
      if (saved === undefined) return true;
      for (const name of saved.missing) this.#listener.output(`The attachment ${name} could not be read.\n`);
      this.#listener.event({ event: 'run_upload_queued', ...event, message: null });
      // A program that was not ended early has a record, even if it could not be read.
      return saved.missing.length === 0 && (record !== null || session.seen.finished === null || this.#wasStopped);
    } catch (error) {
      this.#listener.event({ event: 'run_upload_failed', ...event, message: messageOf(error) });
      return false;
    }
  }
}

/** The phases see this environment: no key is in it. */
const environmentOf = (plan: EnginePlan, home: EngineHome): NodeJS.ProcessEnv => ({
  ...environmentWithoutKeys(),
  ...plan.env,
  ...home.environment,
  TOFUPILOT_PROCEDURE_ID: plan.procedureId,
});
