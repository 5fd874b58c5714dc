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
  /** Flags of Python itself. */
  readonly flags?: readonly string[];
  /** Answers `procedure_request`; left out: with the script's own, or FVT1; `none`: never. */
  readonly procedure?: 'none' | ((own: string | null) => string | null);
  /** Answers `serial_number_request`; null: do not run. Left out: with the script's own, or SN-ASKED. */
  readonly serialNumber?: (own: string | null) => string | null;
  /** Answers `part_number_request`; null: do not run. Left out: the runs stay without a part number. */
  readonly partNumber?: () => string | null;
  /** Answers prompts, except with null. */
  readonly prompt?: (message: string) => string | null;
}

/** A script under the runner, seen from the host's side; every line is parsed by the contract. */
export class Host {
  readonly events: RunnerEvent[] = [];
  #stdout: Buffer[] = [];
  stderr = '';
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #server: Server;
  readonly #options: Options;
  readonly #news = new EventEmitter();
  /** The runner's. */
  #socket: Socket | undefined;
  /** Of child processes of the script. */
  readonly #children = new Set<Socket>();
  #problem: Error | undefined;
  /** The exit code, or the name of the signal; resolves after all output and events have arrived. */
  readonly ended: Promise<number | string>;

  private constructor(python: string, script: string, server: Server, options: Options) {
    this.#server = server;
    this.#options = options;
    const { port } = server.address() as AddressInfo;
    this.#child = spawn(python, [...(options.flags ?? []), runner, script, ...(options.args ?? [])], {
      cwd: options.cwd ?? path.dirname(script),
      env: {
        ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PYTHON'))),
        DISABLE_TELEMETRY: 'true',
        NO_PROXY: '127.0.0.1',
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
      this.#news.emit('news');
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

  /** Runs a script to its end. */
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

  /** The one event of this name. */
  one<N extends Name>(name: N): EventOf<N> {
    const [only, ...more] = this.all(name);
    if (only === undefined || more.length > 0) {
      throw new Error(`${this.all(name).length} ${name} events, not one. ${this.told()}`);
    }
    return only;
  }

  names(): Name[] {
    return this.events.map((event) => event.event);
  }

  /** Resolves with the first event of this name, now or later. */
  async until<N extends Name>(name: N): Promise<EventOf<N>> {
    return this.#found(() => this.all(name)[0]);
  }

  async untilPrinted(text: string): Promise<void> {
    await this.untilTrue(() => this.stdout.includes(text));
  }

  async untilTrue(holds: () => boolean): Promise<void> {
    await this.#found(() => (holds() ? true : undefined));
  }

  send(command: RunnerCommand): void {
    for (const socket of [this.#socket, ...this.#children]) socket?.write(`${JSON.stringify(command)}\n`);
  }

  /** Goes away as a window that is closed. */
  async leave(): Promise<void> {
    this.#server.close();
    const parts = [this.#socket, ...this.#children, this.#child.stdout, this.#child.stderr].filter(
      (part) => part !== undefined,
    );
    await Promise.all(parts.map((part) => once(part.destroy(), 'close')));
  }

  told(): string {
    return `Events: ${JSON.stringify(this.events)}\nstdout: ${this.stdout.toString()}\nstderr: ${this.stderr}`;
  }

  async #found<T>(look: () => T | undefined): Promise<T> {
    const end = this.ended.then(() => 'ended');
    for (let ended = false; ;) {
      const found = look();
      if (found !== undefined) return found;
      if (ended) throw new Error(`The script ended before that. ${this.told()}`);
      ended = (await Promise.race([once(this.#news, 'news'), end])) === 'ended';
    }
  }

  #accept(socket: Socket): void {
    if (this.#socket === undefined) this.#socket = socket;
    else this.#children.add(socket);
    socket.on('close', () => this.#children.delete(socket));
    socket.on('error', () => socket.destroy());
    createInterface(socket).on('line', (line) => {
      try {
        this.#take(runnerEvent.parse(JSON.parse(line)));
      } catch (error) {
        this.#problem = new Error(`Not of the contract: ${line.slice(0, 2000)}`, { cause: error });
      }
      this.#news.emit('news');
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
    for (const socket of [this.#socket, ...this.#children]) {
      if (socket !== undefined && !socket.closed) await once(socket, 'close');
    }
    this.#server.close();
    if (this.#problem !== undefined) throw this.#problem;
    return code ?? signal ?? 'unknown';
  }
}
