import { randomUUID } from 'node:crypto';
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
  const executionId = randomUUID();
  const procedure = Promise.withResolvers<string | null>();
  let process: EngineProcess | undefined;
  let wasStopped = false;
  const endBeforeStart = (): void => {
    wasStopped = true;
    procedure.resolve(null);
  };
  const askProcedure = async (): Promise<string | null> => {
    await Promise.resolve(); // the caller needs the process first, to send the answer to it
    listener.event({
      event: 'procedure_request',
      execution_id: executionId,
      time: Date.now(),
      request_id: executionId,
      procedure_id: null,
      needs_id: true,
    });
    return procedure.promise;
  };
  const run = async (): Promise<number | null> => {
    const procedureId = plan.place === undefined ? noProcedure : await askProcedure();
    if (procedureId === null) return 1;
    try {
      process = await EngineProcess.start({ ...plan, procedureId, executionId }, listener);
    } catch (error) {
      throw cannotStart(error);
    }
    if (wasStopped) process.send({ command: 'stop' });
    return process.ended;
  };
  return {
    ended: run(),
    send: (command) => {
      if (command.command === 'procedure_response') procedure.resolve(command.procedure_id);
      if (command.command === 'stop' || command.command === 'kill') endBeforeStart();
      process?.send(command);
    },
    kill: () => {
      endBeforeStart();
      process?.kill();
    },
  };
}
