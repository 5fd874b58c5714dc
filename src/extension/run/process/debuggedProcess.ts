import * as vscode from 'vscode';
import type { RunnerCommand } from '../../../shared/contract/runner.ts';
import { isKey } from '../../vscode/environment.ts';
import { debugConfiguration } from './debugConfiguration.ts';
import { DebugSession } from './debugSession.ts';
import { Channel, type RunnerListener } from './runnerChannel.ts';
import { killProcess, type Runner } from './runnerProcess.ts';
import type { RunPlan } from './runPlan.ts';

/**
 * A script under the runner and debugpy. The station's key is not in the debug configuration, which every extension can
 * read and some log: the runner gets it over its channel.
 */
export class DebuggedProcess implements Runner {
  readonly ended: Promise<number | null>;
  readonly #channel: Channel;
  readonly #session: DebugSession;

  private constructor(channel: Channel, session: DebugSession) {
    this.#channel = channel;
    this.#session = session;
    this.ended = this.#end();
  }

  /**
   * @param run the first stop in the debug toolbar cancels it, so that hardware is torn down
   * @throws Error when the debugger does not start
   */
  static async start(plan: RunPlan, listener: RunnerListener, run: vscode.TestRun): Promise<DebuggedProcess> {
    const channel = await Channel.open(listener);
    const variables = Object.entries(plan.env).filter(([name]) => isKey(name));
    channel.send({ command: 'environment', variables: Object.fromEntries(variables) });
    const session = new DebugSession((text) => listener.output(text));
    try {
      const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(plan.script));
      const configuration = debugConfiguration(plan, channel.environment, session.id);
      const options = { testRun: run, suppressSaveBeforeStart: true };
      if (!(await vscode.debug.startDebugging(folder, configuration, options)))
        throw new Error(vscode.l10n.t('the debugger did not start.'));
    } catch (error) {
      channel.close();
      session.dispose();
      throw error;
    }
    return new DebuggedProcess(channel, session);
  }

  send(command: RunnerCommand): void {
    this.#channel.send(command); // first: the test is to know that it is aborted when it goes on
    if (command.command === 'stop' || command.command === 'kill') this.#session.release();
  }

  kill(): void {
    if (this.#channel.pid !== undefined) killProcess(this.#channel.pid);
    else void vscode.debug.stopDebugging(this.#session.session);
  }

  async #end(): Promise<number | null> {
    await this.#session.ended;
    await this.#channel.drained();
    this.#channel.close();
    this.#session.dispose();
    return this.#session.exitCode;
  }
}
