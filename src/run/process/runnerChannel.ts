import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { type RunnerCommand, runnerEnvironment, type RunnerEvent, runnerEvent } from '../../contract/runner.ts';

export interface RunnerListener {
  event(event: RunnerEvent): void;
  /** What the script printed, stdout and stderr in the order they arrived. */
  output(text: string): void;
  /** A line of the channel that is not of the contract. */
  protocolError(message: string): void;
}

/** Loopback socket that accepts the one runner which knows the token. */
export class Channel {
  readonly environment: Record<string, string>;
  /** Resolves when the runner's side has ended and all its lines were delivered; at once while none has come. */
  drained: Promise<void> = Promise.resolve();
  readonly #server: ReturnType<typeof createServer>;
  /** The runner's process, once it has greeted. */
  pid: number | undefined;
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
          this.pid = event.pid;
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
