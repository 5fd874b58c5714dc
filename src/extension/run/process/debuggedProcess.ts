import { randomUUID } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod';
import type { RunnerCommand } from '../../../shared/contract/runner.ts';
import { isKey } from '../../vscode/environment.ts';
import { killProcess } from '../../vscode/processes.ts';
import { UserError } from '../../vscode/userError.ts';
import type { TestListener, TestProcess } from '../kinds/testProcess.ts';
import { RunnerChannel } from './runnerChannel.ts';
import { modeEnvironment, type RunPlan } from './runnerProcess.ts';

const debugType = 'debugpy';
const debuggerExtension = 'ms-python.debugpy';

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
 * A script under the runner and debugpy. The runner receives the station's key over its channel, because every extension
 * can read the debug configuration and some log it.
 */
export class DebuggedProcess implements TestProcess {
  readonly ended: Promise<number | null>;
  readonly #channel: RunnerChannel;
  readonly #session: DebugSession;

  private constructor(channel: RunnerChannel, session: DebugSession) {
    this.#channel = channel;
    this.#session = session;
    this.ended = this.#end();
  }

  /**
   * @param run is canceled by the first stop in the debug toolbar, so that hardware is torn down
   * @throws Error when the debugger does not start
   */
  static async start(plan: RunPlan, listener: TestListener, run: vscode.TestRun): Promise<DebuggedProcess> {
    const channel = await RunnerChannel.open(listener);
    const variables = Object.entries(plan.env).filter(([name]) => isKey(name));
    channel.send({ command: 'environment', variables: Object.fromEntries(variables) });
    const session = new DebugSession((text) => listener.output(text));
    try {
      const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(plan.script));
      const configuration = debugConfiguration(plan, channel.environment, session.id);
      const options = { testRun: run, suppressSaveBeforeStart: true };
      if (!(await vscode.debug.startDebugging(folder, configuration, options))) {
        throw new Error(vscode.l10n.t('the debugger did not start.'));
      }
    } catch (error) {
      channel.close();
      session.dispose();
      throw error;
    }
    return new DebuggedProcess(channel, session);
  }

  send(command: RunnerCommand): void {
    this.#channel.send(command); // first: the test must know that it is aborted when it continues
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

function debugConfiguration(
  plan: RunPlan,
  channel: Readonly<Record<string, string>>,
  id: string,
): vscode.DebugConfiguration {
  const [python = '', ...pythonArgs] = plan.python;
  const open = Object.entries(plan.env).filter(([name]) => !isKey(name));
  // Keys of this process must not reach the script: null removes a variable.
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
      ...channel,
    },
    console: 'internalConsole',
    internalConsoleOptions: 'neverOpen',
    redirectOutput: true,
    justMyCode: true,
    rules: [{ path: join(dirname(plan.runner), '**'), include: false }],
    testStationsRun: id,
  };
}

const hasId = ({ configuration }: vscode.DebugSession, id: string): boolean => configuration['testStationsRun'] === id;

const adapterMessage = z.discriminatedUnion('event', [
  z.object({ event: z.literal('output'), body: z.object({ category: z.string().optional(), output: z.string() }) }),
  z.object({ event: z.literal('exited'), body: z.object({ exitCode: z.number() }) }),
  z.object({ event: z.literal('stopped') }),
]);

const threadList = z.object({ threads: z.array(z.object({ id: z.number() })) });

/** Follows the debug session whose configuration has this id, and those of child processes of its script. */
class DebugSession implements vscode.Disposable {
  readonly id = randomUUID();
  readonly ended: Promise<void>;
  session: vscode.DebugSession | undefined;
  exitCode: number | null = null;
  readonly #all = new Set<vscode.DebugSession>();
  readonly #registrations: vscode.Disposable[];
  readonly #output: (text: string) => void;
  #isReleased = false;

  constructor(output: (text: string) => void) {
    this.#output = output;
    let end = (): void => {};
    this.ended = new Promise((resolve) => (end = resolve));
    this.#registrations = [
      vscode.debug.onDidStartDebugSession((session) => {
        if (!hasId(session, this.id)) return;
        this.#all.add(session);
        if (session.parentSession === undefined) this.session = session;
      }),
      vscode.debug.onDidTerminateDebugSession((session) => {
        this.#all.delete(session);
        if (hasId(session, this.id) && session.parentSession === undefined) end();
      }),
      vscode.debug.registerDebugAdapterTrackerFactory(debugType, {
        createDebugAdapterTracker: (session) =>
          hasId(session, this.id) ? { onDidSendMessage: (message) => this.#receive(message, session) } : undefined,
      }),
    ];
  }

  /**
   * Continues the script and ignores breakpoints from now on: a test that is being stopped must reach its teardown without
   * a user at the debugger.
   */
  release(): void {
    this.#isReleased = true;
    for (const session of this.#all) void removeBreakpoints(session).then(() => continueThreads(session));
  }

  dispose(): void {
    vscode.Disposable.from(...this.#registrations).dispose();
  }

  #receive(message: unknown, session: vscode.DebugSession): void {
    const { data } = adapterMessage.safeParse(message);
    if (data?.event === 'stopped' && this.#isReleased) void continueThreads(session);
    if (data?.event === 'exited' && session.parentSession === undefined) this.exitCode = data.body.exitCode;
    if (data?.event === 'output' && /^std(?:out|err)$/.test(data.body.category ?? '')) this.#output(data.body.output);
  }
}

async function removeBreakpoints(session: vscode.DebugSession): Promise<void> {
  const places = vscode.debug.breakpoints.filter((each) => each instanceof vscode.SourceBreakpoint);
  const files = new Set(places.map(({ location }) => location.uri.fsPath));
  await Promise.allSettled([
    ...[...files].map((path) => session.customRequest('setBreakpoints', { source: { path }, breakpoints: [] })),
    session.customRequest('setFunctionBreakpoints', { breakpoints: [] }),
    session.customRequest('setExceptionBreakpoints', { filters: [] }),
  ]);
}

/** Continues all threads: debugpy continues all with one, and never answers for one that already runs. */
async function continueThreads(session: vscode.DebugSession): Promise<void> {
  try {
    const { threads } = threadList.parse(await session.customRequest('threads'));
    await session.customRequest('continue', { threadId: threads[0]?.id });
  } catch {
    // the session has just ended
  }
}
