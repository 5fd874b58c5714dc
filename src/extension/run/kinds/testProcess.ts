import type { RunnerCommand, RunnerEvent } from '../../../shared/contract/runner.ts';

export interface TestListener {
  event(event: RunnerEvent): void;
  output(text: string): void;
  protocolError(message: string): void;
  /** A child process of the test ended in the middle of a test execution: it crashed, or it was killed. */
  childDied(pid: number): void;
}

/** A test that runs. Whatever executes it, it obeys the commands of the runner's contract. */
export interface TestProcess {
  /**
   * Resolves with the exit code when the process has ended and everything it reported has been delivered; with null when
   * a signal ended it, or no exit code is known.
   */
  readonly ended: Promise<number | null>;
  send(command: RunnerCommand): void;
  /** Ends the process at once: no teardown runs. */
  kill(): void;
}
