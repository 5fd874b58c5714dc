import { randomUUID } from 'node:crypto';
import type { RunnerCommand } from '../../../shared/contract/runner.ts';
import type { TestListener, TestProcess } from '../kinds/testProcess.ts';
import { type EnginePlan, EngineProcess } from './engineProcess.ts';

/** The program wants a procedure even if its record goes nowhere. */
const noProcedure = '00000000-0000-4000-8000-000000000000';

/**
 * Starts a procedure. A run that is saved first asks under which procedure, because the program is given its id.
 * @param cannotStart returns the error for people about a program that does not start
 */
export function startProcedure(
  plan: Omit<EnginePlan, 'procedureId' | 'executionId'>,
  listener: TestListener,
  cannotStart: (error: unknown) => Error,
): TestProcess {
  return new ProcedureRun(plan, listener, cannotStart);
}

class ProcedureRun implements TestProcess {
  readonly #plan: Omit<EnginePlan, 'procedureId' | 'executionId'>;
  readonly #listener: TestListener;
  readonly #cannotStart: (error: unknown) => Error;
  readonly #executionId = randomUUID();
  readonly #procedure = Promise.withResolvers<string | null>();
  #process: EngineProcess | undefined;
  #wasStopped = false;
  readonly ended: Promise<number | null>;

  constructor(
    plan: Omit<EnginePlan, 'procedureId' | 'executionId'>,
    listener: TestListener,
    cannotStart: (error: unknown) => Error,
  ) {
    this.#plan = plan;
    this.#listener = listener;
    this.#cannotStart = cannotStart;
    this.ended = this.#run();
  }

  send(command: RunnerCommand): void {
    if (command.command === 'procedure_response') this.#procedure.resolve(command.procedure_id);
    if (command.command === 'stop' || command.command === 'kill') this.#endBeforeStart();
    this.#process?.send(command);
  }

  kill(): void {
    this.#endBeforeStart();
    this.#process?.kill();
  }

  #endBeforeStart(): void {
    this.#wasStopped = true;
    this.#procedure.resolve(null);
  }

  async #run(): Promise<number | null> {
    const procedureId = this.#plan.place === undefined ? noProcedure : await this.#askProcedure();
    if (procedureId === null) return 1;
    try {
      const plan = { ...this.#plan, procedureId, executionId: this.#executionId };
      this.#process = await EngineProcess.start(plan, this.#listener);
    } catch (error) {
      throw this.#cannotStart(error);
    }
    if (this.#wasStopped) this.#process.send({ command: 'stop' });
    return this.#process.ended;
  }

  async #askProcedure(): Promise<string | null> {
    await Promise.resolve(); // the caller needs the process first, to send the answer to it
    this.#listener.event({
      event: 'procedure_request',
      execution_id: this.#executionId,
      time: Date.now(),
      request_id: this.#executionId,
      procedure_id: null,
      needs_id: true,
    });
    return this.#procedure.promise;
  }
}
