import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type RunnerCommand,
  runnerEnvironment,
  type RunnerEvent,
  runnerEvent,
} from '../../../shared/contract/runner.ts';
import type { TestListener } from '../kinds/testProcess.ts';

/** The time that child processes have, after the script has ended, to deliver what they have already sent. */
const drainTimeoutMs = 1_000;

interface Child {
  readonly pid: number;
  readonly executionIds: Set<string>;
  readonly requestIds: Set<string>;
}

/** Loopback socket that accepts the one runner which knows the token, and child processes of its script. */
export class RunnerChannel {
  readonly environment: Record<string, string>;
  readonly #server: ReturnType<typeof createServer>;
  readonly #listener: TestListener;
  readonly #token = randomBytes(24).toString('base64url');
  readonly #childToken = randomBytes(24).toString('base64url');
  pid: number | undefined;
  #runner: Socket | undefined;
  readonly #children = new Map<Socket, Child>();
  readonly #open = new Map<Socket, Promise<void>>();
  readonly #queuedCommands: RunnerCommand[] = [];
  #isStopping = false;
  /** Executions in child processes that are being stopped: the script's own process is stopped after them. */
  #stoppingExecutions: Set<string> | undefined;
  #isClosed = false;

  private constructor(server: ReturnType<typeof createServer>, listener: TestListener) {
    this.#server = server;
    this.#listener = listener;
    const { port } = server.address() as AddressInfo;
    this.environment = {
      [runnerEnvironment.channel]: `127.0.0.1:${port}`,
      [runnerEnvironment.token]: this.#token,
      [runnerEnvironment.childToken]: this.#childToken,
    };
    server.on('connection', (socket) => this.#accept(socket));
  }

  static async open(listener: TestListener): Promise<RunnerChannel> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new RunnerChannel(server, listener);
  }

  /**
   * Resolves when the runner's side has ended and all its lines were delivered; at once if no runner has connected.
   * Child processes that live on are not waited for.
   */
  async drained(): Promise<void> {
    if (this.#runner !== undefined) await this.#open.get(this.#runner);
    await Promise.race([Promise.all(this.#open.values()), delay(drainTimeoutMs)]);
  }

  /** Whether the user has stopped the script, and no test of a child process is still tearing down. */
  get isStopped(): boolean {
    return this.#isStopping && [...this.#children.values()].every(({ executionIds }) => executionIds.size === 0);
  }

  send(command: RunnerCommand): void {
    if (this.#runner === undefined) this.#queuedCommands.push(command);
    else if (command.command === 'stop') this.#stop();
    else {
      if (command.command === 'kill') this.#stoppingExecutions = undefined;
      this.#write(this.#runner, command);
      this.#sendToChildren(command);
      if (isRefusal(command) && this.#isOfChild(command.request_id)) this.#stop();
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const socket of this.#open.keys()) socket.destroy();
    this.#server.close();
  }

  /**
   * Ends the tests of child processes before the script's own process is interrupted: where it waits for a child,
   * Python's `subprocess.run` kills the child then, and hardware would not be left safe.
   */
  #stop(): void {
    this.#isStopping = true;
    this.#sendToChildren({ command: 'stop' });
    const tests = [...this.#children.values()].flatMap((child) => [...child.executionIds]);
    this.#stoppingExecutions = new Set(tests);
    this.#onTestsEnded();
  }

  #onTestsEnded(ended: Iterable<string> = []): void {
    for (const test of ended) this.#stoppingExecutions?.delete(test);
    if (this.#stoppingExecutions?.size !== 0) return;
    this.#stoppingExecutions = undefined;
    if (this.#runner !== undefined) this.#write(this.#runner, { command: 'stop' });
  }

  #sendToChildren(command: RunnerCommand): void {
    for (const socket of this.#children.keys()) this.#write(socket, command);
  }

  #write(socket: Socket, command: RunnerCommand): void {
    socket.write(`${JSON.stringify(command)}\n`);
  }

  #accept(socket: Socket): void {
    const lines = createInterface(socket);
    const ended = new Promise<void>((resolve) => lines.once('close', resolve));
    this.#open.set(socket, ended);
    void ended.then(() => this.#onClosed(socket));
    // A killed runner resets the connection, which ends after the lines that have arrived are delivered.
    for (const end of [socket, lines]) end.on('error', () => lines.close());
    lines.on('line', (line) => {
      const event = parse(line);
      const child = this.#children.get(socket);
      if (socket !== this.#runner && child === undefined) this.#onHello(socket, event);
      else if (event === undefined || (child !== undefined && isFromScriptOnly(event))) {
        this.#listener.protocolError(`Not understood from the runner: ${line.slice(0, 200)}`);
      } else this.#deliver(event, child);
    });
  }

  #onHello(socket: Socket, event: RunnerEvent | undefined): void {
    if (event?.event === 'hello' && event.token === this.#token && this.#runner === undefined) {
      this.#runner = socket;
      this.pid = event.pid;
      for (const command of this.#queuedCommands.splice(0)) this.send(command);
    } else if (event?.event === 'hello' && event.token === this.#childToken) {
      this.#children.set(socket, { pid: event.pid, executionIds: new Set(), requestIds: new Set() });
      if (this.#isStopping) this.#write(socket, { command: 'stop' });
    } else socket.destroy();
  }

  #deliver(event: RunnerEvent, child: Child | undefined): void {
    if (event.event === 'run_started') child?.executionIds.add(event.execution_id);
    if ('request_id' in event) child?.requestIds.add(event.request_id);
    this.#listener.event(event);
    if (event.event !== 'run_complete' || child === undefined) return;
    child.executionIds.delete(event.execution_id);
    this.#onTestsEnded([event.execution_id]);
  }

  #onClosed(socket: Socket): void {
    this.#open.delete(socket);
    const child = this.#children.get(socket);
    if (child === undefined) return;
    this.#children.delete(socket);
    if (child.executionIds.size === 0 || this.#isClosed) return;
    this.#listener.childDied(child.pid);
    this.#onTestsEnded(child.executionIds);
  }

  #isOfChild(request: string): boolean {
    return [...this.#children.values()].some(({ requestIds }) => requestIds.has(request));
  }
}

const isFromScriptOnly = ({ event }: RunnerEvent): boolean =>
  event === 'hello' || event === 'run_crashed' || event === 'script_ended';

/** The user does not want the test to run. If a child process ended then, its pool would start it again. */
const isRefusal = (command: RunnerCommand): command is RunnerCommand & { request_id: string } =>
  (command.command === 'procedure_response' && command.procedure_id === null) ||
  (command.command === 'part_number_response' && command.part_number === null) ||
  (command.command === 'serial_number_response' && command.serial_number === null);

function parse(line: string): RunnerEvent | undefined {
  try {
    return runnerEvent.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
