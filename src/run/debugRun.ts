import { randomUUID } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod';
import type { RunnerCommand } from '../contract/runner.ts';
import { isKey } from '../platform/environment.ts';
import { UserError } from '../platform/userError.ts';
import { Channel, type RunnerListener } from './runnerChannel.ts';
import { killProcess, type Runner } from './runnerProcess.ts';
import { modeEnvironment, type RunPlan } from './runPlan.ts';

const debugType = 'debugpy';
const debuggerExtension = 'ms-python.debugpy';

/** The messages of the debug adapter that are listened to. */
const adapterMessage = z.discriminatedUnion('event', [
  z.object({ event: z.literal('output'), body: z.object({ category: z.string().optional(), output: z.string() }) }),
  z.object({ event: z.literal('exited'), body: z.object({ exitCode: z.number() }) }),
]);

/** @throws UserError when no extension of this VS Code debugs Python */
export function requireDebugger(): void {
  const contributes = z.object({ contributes: z.object({ debuggers: z.array(z.object({ type: z.string() })) }) });
  for (const { packageJSON } of vscode.extensions.all) {
    const { data } = contributes.safeParse(packageJSON);
    if (data?.contributes.debuggers.some(({ type }) => type === debugType)) return;
  }
  throw new UserError(vscode.l10n.t('Python debugging needs the Python Debugger extension. Nothing was run.'), [
    {
      label: vscode.l10n.t('Install'),
      run: () => vscode.commands.executeCommand('workbench.extensions.installExtension', debuggerExtension),
    },
  ]);
}

/**
 * A script under the runner and debugpy. The station's key is not in the debug configuration, which every extension can
 * read and some log: the runner gets it over its channel.
 */
export class DebuggedProcess implements Runner {
  readonly ended: Promise<number | null>;
  readonly #channel: Channel;
  readonly #session: () => vscode.DebugSession | undefined;

  private constructor(channel: Channel, ended: Promise<number | null>, session: () => vscode.DebugSession | undefined) {
    this.#channel = channel;
    this.ended = ended;
    this.#session = session;
  }

  /**
   * @param run the first stop in the debug toolbar cancels it, so that hardware is torn down
   * @throws Error when the debugger does not start
   */
  static async start(plan: RunPlan, listener: RunnerListener, run: vscode.TestRun): Promise<DebuggedProcess> {
    const channel = await Channel.open(listener);
    const variables = Object.entries(plan.env).filter(([name]) => isKey(name));
    channel.send({ command: 'environment', variables: Object.fromEntries(variables) });
    const watch = new SessionWatch(listener);
    try {
      const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(plan.script));
      const options = { testRun: run, suppressSaveBeforeStart: true };
      if (!(await vscode.debug.startDebugging(folder, configuration(plan, channel, watch.id), options)))
        throw new Error(vscode.l10n.t('the debugger did not start.'));
    } catch (error) {
      channel.close();
      watch.dispose();
      throw error;
    }
    const ended = watch.ended.then(async () => {
      await channel.drained;
      channel.close();
      watch.dispose();
      return watch.exitCode;
    });
    return new DebuggedProcess(channel, ended, () => watch.session);
  }

  send(command: RunnerCommand): void {
    this.#channel.send(command);
    if (command.command === 'stop' || command.command === 'kill') void this.#continue();
  }

  kill(): void {
    if (this.#channel.pid !== undefined) killProcess(this.#channel.pid);
    else void vscode.debug.stopDebugging(this.#session());
  }

  /** A test that stands at a breakpoint cannot be stopped in an orderly way: it goes on, to its teardown. */
  async #continue(): Promise<void> {
    const session = this.#session();
    try {
      const answer: unknown = await session?.customRequest('threads');
      const threads = z.object({ threads: z.array(z.object({ id: z.number() })) }).parse(answer).threads;
      await session?.customRequest('continue', { threadId: threads[0]?.id });
    } catch {
      // nothing stands at a breakpoint
    }
  }
}

function configuration(plan: RunPlan, channel: Channel, id: string): vscode.DebugConfiguration {
  const [python = '', ...pythonArgs] = plan.python;
  const open = Object.entries(plan.env).filter(([name]) => !isKey(name));
  // Keys of this process must not reach the script: null takes a variable away.
  const closed = Object.keys(process.env).filter(isKey);
  return {
    type: debugType,
    request: 'launch',
    name: basename(plan.script),
    program: plan.runner,
    args: [plan.script, ...plan.args],
    cwd: plan.cwd,
    python,
    pythonArgs,
    env: {
      ...Object.fromEntries(closed.map((name) => [name, null])),
      ...Object.fromEntries(open),
      ...modeEnvironment(plan),
      ...channel.environment,
    },
    console: 'internalConsole',
    internalConsoleOptions: 'neverOpen',
    redirectOutput: true,
    justMyCode: true,
    rules: [{ path: join(dirname(plan.runner), '**'), include: false }],
    testStationsRun: id,
  };
}

/** Follows the one debug session whose configuration has this id. */
class SessionWatch implements vscode.Disposable {
  readonly id = randomUUID();
  readonly ended: Promise<void>;
  session: vscode.DebugSession | undefined;
  exitCode: number | null = null;
  readonly #registrations: vscode.Disposable[];

  constructor(listener: RunnerListener) {
    let end = (): void => undefined;
    this.ended = new Promise((resolve) => (end = resolve));
    this.#registrations = [
      vscode.debug.onDidStartDebugSession((session) => {
        if (this.#isOurs(session)) this.session = session;
      }),
      vscode.debug.onDidTerminateDebugSession((session) => {
        if (this.#isOurs(session)) end();
      }),
      vscode.debug.registerDebugAdapterTrackerFactory(debugType, {
        createDebugAdapterTracker: (session) =>
          this.#isOurs(session) ? { onDidSendMessage: (message) => this.#hear(message, listener) } : undefined,
      }),
    ];
  }

  dispose(): void {
    vscode.Disposable.from(...this.#registrations).dispose();
  }

  #isOurs({ configuration }: vscode.DebugSession): boolean {
    return configuration['testStationsRun'] === this.id;
  }

  #hear(message: unknown, listener: RunnerListener): void {
    const { data } = adapterMessage.safeParse(message);
    if (data?.event === 'exited') this.exitCode = data.body.exitCode;
    if (data?.event === 'output' && /^std(?:out|err)$/.test(data.body.category ?? ''))
      listener.output(data.body.output);
  }
}
