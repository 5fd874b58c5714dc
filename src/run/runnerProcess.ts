import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { type RunnerCommand, runnerEnvironment, type RunnerEvent, runnerEvent } from '../contract/runner.ts';
import { environmentWithoutKeys } from '../platform/environment.ts';
import type { RunPlan } from './runPlan.ts';

export interface RunnerListener {
  event(event: RunnerEvent): void;
  /** What the script printed, stdout and stderr in the order they arrived. */
  output(text: string): void;
  /** A line of the channel that is not of the contract. */
  protocolError(message: string): void;
}

/** A script running under the Python runner, with its private channel. */
export class RunnerProcess {
  readonly #child: ChildProcess;
  readonly #channel: Channel;
  /** Resolves when the process has ended and everything it reported has been delivered; null: ended by a signal. */
  readonly ended: Promise<number | null>;

  private constructor(child: ChildProcess, channel: Channel, ended: Promise<number | null>) {
    this.#child = child;
    this.#channel = channel;
    this.ended = ended;
  }

  /** @throws Error when the interpreter cannot be started */
  static async start(plan: RunPlan, listener: RunnerListener): Promise<RunnerProcess> {
    const channel = await Channel.open(listener);
    const [command = '', ...leading] = plan.python;
    const child = spawn(command, [...leading, plan.runner, plan.script, ...plan.args], {
      cwd: plan.cwd,
      env: { ...environmentWithoutKeys(), ...plan.env, ...channel.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32', // a group of its own, so that a kill takes the script's children too
      windowsHide: true,
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => listener.output(text));
    }
    const closed = once(child, 'close');
    closed.catch(() => undefined); // told by the wait for 'spawn' below
    try {
      await once(child, 'spawn');
    } catch (error) {
      channel.close();
      throw error;
    }
    return new RunnerProcess(child, channel, end(child, closed, channel));
  }

  send(command: RunnerCommand): void {
    this.#channel.send(command);
  }

  /** Ends the process and its children at once: no teardown runs. */
  kill(): void {
    const { pid } = this.#child;
    if (pid === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    if (process.platform === 'win32') execFile('taskkill', ['/pid', String(pid), '/T', '/F']);
    else process.kill(-pid, 'SIGKILL');
  }
}

async function end(child: ChildProcess, closed: Promise<unknown>, channel: Channel): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  // A daemon that the script left behind may hold its stdout open for ever: the script has ended all the same.
  await Promise.race([closed, delay(1000)]);
  await channel.drained;
  channel.close();
  return child.exitCode;
}

/** Loopback socket that accepts the one runner which knows the token. */
class Channel {
  readonly environment: Record<string, string>;
  /** Resolves when the runner's side has ended and all its lines were delivered; at once while none has come. */
  drained: Promise<void> = Promise.resolve();
  readonly #server: ReturnType<typeof createServer>;
  #socket: Socket | undefined;
  /** Commands given before the runner was there. */
  readonly #waiting: RunnerCommand[] = [];

  private constructor(server: ReturnType<typeof createServer>, environment: Record<string, string>) {
    this.#server = server;
    this.environment = environment;
  }

  static async open(listener: RunnerListener): Promise<Channel> {
    const token = randomBytes(24).toString('base64url');
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const channel = new Channel(server, {
      [runnerEnvironment.channel]: `127.0.0.1:${port}`,
      [runnerEnvironment.token]: token,
    });
    server.on('connection', (socket) => channel.#accept(socket, token, listener));
    return channel;
  }

  #accept(socket: Socket, token: string, listener: RunnerListener): void {
    const lines = createInterface(socket);
    const ended = new Promise<void>((resolve) => lines.once('close', resolve));
    // A killed runner resets the connection: what it had said is delivered, then that is its end.
    for (const end of [socket, lines]) end.on('error', () => lines.close());
    lines.on('line', (line) => {
      const event = parse(line);
      if (this.#socket !== socket) {
        if (this.#socket !== undefined || event?.event !== 'hello' || event.token !== token) socket.destroy();
        else {
          this.#socket = socket;
          this.drained = ended;
          for (const command of this.#waiting.splice(0)) this.send(command);
        }
      } else if (event === undefined) listener.protocolError(`Not understood from the runner: ${line.slice(0, 200)}`);
      else listener.event(event);
    });
  }

  send(command: RunnerCommand): void {
    if (this.#socket === undefined) this.#waiting.push(command);
    else this.#socket.write(`${JSON.stringify(command)}\n`);
  }

  close(): void {
    this.#socket?.destroy();
    this.#server.close();
  }
}

function parse(line: string): RunnerEvent | undefined {
  try {
    return runnerEvent.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
