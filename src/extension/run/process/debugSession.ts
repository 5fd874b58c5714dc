import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import * as z from 'zod';
import { debugType, hasId } from './debugConfiguration.ts';

/** The messages of the debug adapter that are listened to. */
const adapterMessage = z.discriminatedUnion('event', [
  z.object({ event: z.literal('output'), body: z.object({ category: z.string().optional(), output: z.string() }) }),
  z.object({ event: z.literal('exited'), body: z.object({ exitCode: z.number() }) }),
  z.object({ event: z.literal('stopped') }),
]);

const threadList = z.object({ threads: z.array(z.object({ id: z.number() })) });

/** Follows the debug session whose configuration has this id, and those of processes that its script starts. */
export class DebugSession implements vscode.Disposable {
  readonly id = randomUUID();
  readonly ended: Promise<void>;
  /** The script's own. */
  session: vscode.DebugSession | undefined;
  exitCode: number | null = null;
  readonly #all = new Set<vscode.DebugSession>();
  readonly #registrations: vscode.Disposable[];
  readonly #output: (text: string) => void;
  #released = false;

  /** @param output takes what the script prints */
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
          hasId(session, this.id) ? { onDidSendMessage: (message) => this.#hear(message, session) } : undefined,
      }),
    ];
  }

  /**
   * From now on nothing is held: what stands at a breakpoint goes on, and breakpoints are passed by. A test that is being
   * stopped must reach its end, and hardware its teardown, with nobody at the debugger.
   */
  release(): void {
    this.#released = true;
    for (const session of this.#all) void withoutBreakpoints(session).then(() => goOn(session));
  }

  dispose(): void {
    vscode.Disposable.from(...this.#registrations).dispose();
  }

  #hear(message: unknown, session: vscode.DebugSession): void {
    const { data } = adapterMessage.safeParse(message);
    if (data?.event === 'stopped' && this.#released) void goOn(session);
    if (data?.event === 'exited' && session.parentSession === undefined) this.exitCode = data.body.exitCode;
    if (data?.event === 'output' && /^std(?:out|err)$/.test(data.body.category ?? '')) this.#output(data.body.output);
  }
}

/** Takes the breakpoints away from this session alone: the editor keeps them. */
async function withoutBreakpoints(session: vscode.DebugSession): Promise<void> {
  const places = vscode.debug.breakpoints.filter((each) => each instanceof vscode.SourceBreakpoint);
  const files = new Set(places.map(({ location }) => location.uri.fsPath));
  await Promise.allSettled([
    ...[...files].map((path) => session.customRequest('setBreakpoints', { source: { path }, breakpoints: [] })),
    session.customRequest('setFunctionBreakpoints', { breakpoints: [] }),
    session.customRequest('setExceptionBreakpoints', { filters: [] }),
  ]);
}

/** Has all threads go on: debugpy lets all go with one, and never answers for one that goes already. */
async function goOn(session: vscode.DebugSession): Promise<void> {
  try {
    const { threads } = threadList.parse(await session.customRequest('threads'));
    await session.customRequest('continue', { threadId: threads[0]?.id });
  } catch {
    // the session has just ended
  }
}
