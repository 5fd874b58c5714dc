import type * as vscode from 'vscode';
import type { RunnerFailure } from '../../../shared/contract/runner.ts';
import type { TestFileKind } from '../../../shared/script/testFiles.ts';
import type { StationAccess } from '../../connection/connection.ts';
import type { UserError } from '../../vscode/userError.ts';
import type { RunDependencies } from '../runDependencies.ts';
import type { RunSession } from '../runSession.ts';
import type { TestListener, TestProcess } from './testProcess.ts';

/**
 * How the tests of a kind of files run. The rest of the extension knows no kinds: questions, queue, prompts, Test Results,
 * the live view and the message at the end follow the events of the runner's contract.
 */
export interface TestKind {
  readonly files: TestFileKind;
  /**
   * Finds what starting a test takes, before its run waits for the station.
   * @throws UserError when something is missing, with the way to provide it
   */
  prepare(dependencies: RunDependencies, run: RunSession): Promise<PreparedTest>;
}

export interface PreparedTest {
  /** The program that executes the test and where it was found, for the first line of the output. */
  readonly program: string;
  /** The working folder, from which prompts name their images. */
  readonly cwd: string;
  /**
   * Starts the test, in the mode and with the chosen phases of its run.
   * @param station undefined in a dry run
   * @param testRun is canceled by the first stop in the debug toolbar
   * @throws UserError when the program does not start
   */
  start(station: StationAccess | undefined, listener: TestListener, testRun: vscode.TestRun): Promise<TestProcess>;
  /**
   * Returns the error that replaces a failure which the user can remedy, such as a package that is not installed.
   * @param runAgain runs the test again
   */
  remedyOf(failure: RunnerFailure, runAgain: () => Promise<void>): UserError | undefined;
}
