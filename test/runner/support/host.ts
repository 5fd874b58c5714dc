import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { after } from 'mocha';
import { startupModules } from '../../../src/extension/run/process/scriptEnvironment.ts';
import {
  type RunnerCommand,
  runnerEnvironment,
  type RunnerEvent,
  runnerEvent,
} from '../../../src/shared/contract/runner.ts';
import { bytecodeFolder } from '../../support/bytecode.ts';

export const runner = path.join(import.meta.dirname, '../../../src/runner');

const storage = await mkdtemp(path.join(tmpdir(), 'startup-'));
export const startup = await startupModules(path.join(runner, '__main__.py'), storage);
after(() => rm(storage, { recursive: true, force: true }));

type Name = RunnerEvent['event'];
export type EventOf<N extends Name> = Extract<RunnerEvent, { event: N }>;

export interface Options {
  readonly args?: readonly string[];
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  readonly pythonFlags?: readonly string[];
  /** Answers `procedure_request`; default: the script's own or FVT1; `none`: no answer. */
  readonly procedure?: 'none' | ((own: string | null) => string | null);
  /** Answers `serial_number_request`; default: the script's own or SN-ASKED; null cancels the test. */
  readonly serialNumber?: (own: string | null) => string | null;
  /** Answers `part_number_request`; default: no part number; null cancels the test. */
  readonly partNumber?: () => string | null;
  /** Answers prompts; null: no answer. */
  readonly prompt?: (message: string) => string | null;
}

/** Runs a script under the runner as the extension does. Every event is parsed by the contract. */
export class Host {
  readonly events: RunnerEvent[] = [];
  #stdout: Buffer[] = [];
  stderr = '';
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #server: Server;
  readonly #options: Options;
  readonly #changes = new EventEmitter();
  #scriptSocket: Socket | undefined;
  readonly #childSockets = new Set<Socket>();
  #problem: Error | undefined;
  /** Resolves with the exit code or the name of the signal, after all output and events have arrived. */
  readonly ended: Promise<number | string>;

  private constructor(python: string, script: string, server: Server, options: Options) {
    this.#server = server;
    this.#options = options;
    const { port } = server.address() as AddressInfo;
    this.#child = spawn(python, [...(options.pythonFlags ?? []), runner, script, ...(options.args ?? [])], {
      cwd: options.cwd ?? path.dirname(script),
      env: {
        ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PYTHON'))),
        DISABLE_TELEMETRY: 'true',
        NO_PROXY: '127.0.0.1',
        [runnerEnvironment.bytecode]: bytecodeFolder,
        ...options.env,
        [runnerEnvironment.channel]: `127.0.0.1:${port}`,
        [runnerEnvironment.token]: 'the token',
        [runnerEnvironment.childToken]: 'the token of children',
        [runnerEnvironment.startup]: startup,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout.on('data', (data: Buffer) => {
      this.#stdout.push(data);
      this.#changes.emit('change');
    });
    this.#child.stderr.on('data', (data: Buffer) => (this.stderr += data.toString()));
    server.on('connection', (socket) => this.#accept(socket));
    this.ended = this.#end();
  }

  static async start(python: string, script: string, options: Options = {}): Promise<Host> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Host(python, script, server, options);
  }

  static async run(python: string, script: string, options: Options = {}): Promise<Host> {
    const host = await Host.start(python, script, options);
    await host.ended;
    return host;
  }

  all<N extends Name>(name: N): EventOf<N>[] {
    return this.events.filter((event): event is EventOf<N> => event.event === name);
  }

  get stdout(): Buffer {
    const all = Buffer.concat(this.#stdout);
    this.#stdout = [all];
    return all;
  }

  one<N extends Name>(name: N): EventOf<N> {
    const [only, ...more] = this.all(name);
    if (only === undefined || more.length > 0) {
      throw new Error(`${this.all(name).length} ${name} events, not one. ${this.diagnostics()}`);
    }
    return only;
  }

  names(): Name[] {
    return this.events.map((event) => event.event);
  }

  async until<N extends Name>(name: N): Promise<EventOf<N>> {
    return this.#waitFor(() => this.all(name)[0]);
  }

  async untilPrinted(text: string): Promise<void> {
    await this.untilTrue(() => this.stdout.includes(text));
  }

  async untilTrue(holds: () => boolean): Promise<void> {
    await this.#waitFor(() => (holds() ? true : undefined));
  }

  send(command: RunnerCommand): void {
    for (const socket of [this.#scriptSocket, ...this.#childSockets]) socket?.write(`${JSON.stringify(command)}\n`);
  }

  async disconnect(): Promise<void> {
    this.#server.close();
    const parts = [this.#scriptSocket, ...this.#childSockets, this.#child.stdout, this.#child.stderr].filter(
      (part) => part !== undefined,
    );
    await Promise.all(parts.map((part) => once(part.destroy(), 'close')));
  }

  diagnostics(): string {
    return `Events: ${JSON.stringify(this.events)}\nstdout: ${this.stdout.toString()}\nstderr: ${this.stderr}`;
  }

  async #waitFor<T>(find: () => T | undefined): Promise<T> {
    const end = this.ended.then(() => 'ended');
    for (let ended = false; ;) {
      const found = find();
      if (found !== undefined) return found;
      if (ended) throw new Error(`The script ended before that. ${this.diagnostics()}`);
      ended = (await Promise.race([once(this.#changes, 'change'), end])) === 'ended';
    }
  }

  #accept(socket: Socket): void {
    if (this.#scriptSocket === undefined) this.#scriptSocket = socket;
    else this.#childSockets.add(socket);
    socket.on('close', () => this.#childSockets.delete(socket));
    socket.on('error', () => socket.destroy());
    createInterface(socket).on('line', (line) => {
      try {
        this.#take(runnerEvent.parse(JSON.parse(line)));
      } catch (error) {
        this.#problem = new Error(`This event is not in the contract: ${line.slice(0, 2000)}`, { cause: error });
      }
      this.#changes.emit('change');
    });
  }

  #take(event: RunnerEvent): void {
    this.events.push(event);
    if (event.event === 'procedure_request') {
      const { procedure = (own: string | null) => own ?? 'FVT1' } = this.#options;
      if (procedure === 'none') return;
      const procedureId = procedure(event.procedure_id);
      this.send({ command: 'procedure_response', request_id: event.request_id, procedure_id: procedureId });
    } else if (event.event === 'serial_number_request') {
      const { serialNumber = (own: string | null) => own ?? 'SN-ASKED' } = this.#options;
      const number = serialNumber(event.serial_number);
      this.send({ command: 'serial_number_response', request_id: event.request_id, serial_number: number });
    } else if (event.event === 'part_number_request') {
      const { partNumber = () => '' } = this.#options;
      this.send({ command: 'part_number_response', request_id: event.request_id, part_number: partNumber() });
    } else if (event.event === 'ui_request' && this.#options.prompt !== undefined) {
      const value = this.#options.prompt(event.message);
      if (value !== null) this.send({ command: 'ui_response', request_id: event.request_id, value });
    }
  }

  async #end(): Promise<number | string> {
    const [code, signal] = (await once(this.#child, 'close')) as [number | null, string | null];
    for (const socket of [this.#scriptSocket, ...this.#childSockets]) {
      if (socket !== undefined && !socket.closed) await once(socket, 'close');
    }
    this.#server.close();
    if (this.#problem !== undefined) throw this.#problem;
    return code ?? signal ?? 'unknown';
  }
}
