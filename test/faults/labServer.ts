import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { local } from '../../src/shared/contract/local.ts';
import { adminKey } from '../server/bench.ts';

const main = resolve(import.meta.dirname, '../../src/server/cli/main.ts');

interface LabServerOptions {
  readonly folder: string;
  readonly port: number;
  readonly databaseUrl: string;
}

/** One of the station servers that share a PostgreSQL database, with a supervisor that a test controls. */
export class LabServer {
  readonly url: string;
  readonly #options: LabServerOptions;
  #process: ChildProcess | undefined;
  /** What all processes so far wrote. */
  stderr = '';
  readonly exitCodes: (number | null)[] = [];

  constructor(options: LabServerOptions) {
    this.#options = options;
    this.url = `http://127.0.0.1:${options.port}`;
  }

  /** Starts a process if none runs. */
  start(): void {
    if (this.#process !== undefined) return;
    const { folder, port, databaseUrl } = this.#options;
    const args = ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', main, '--data', folder, '--port', String(port)];
    const child = spawn(process.execPath, args, {
      env: { ...process.env, TEST_STATIONS_DATABASE_URL: databaseUrl, TEST_STATIONS_ADMIN_KEY: adminKey },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    child.once('exit', (code) => {
      this.exitCodes.push(code);
      this.#process = undefined;
    });
    this.#process = child;
  }

  get isRunning(): boolean {
    return this.#process !== undefined;
  }

  /** Ends the process and waits for that. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (this.#process === undefined) return;
    const ended = once(this.#process, 'close');
    this.#process.kill(signal);
    await ended;
  }

  /** Lets the process stand still, or continue. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#process?.kill(signal);
  }

  /** Whether the server is the active one. */
  async isReady(): Promise<boolean> {
    return (await this.status(local.ready.path)) === 200;
  }

  /** The status of an answer; 0 if there is none. */
  async status(path: string): Promise<number> {
    return fetch(this.url + path).then(
      ({ status }) => status,
      () => 0,
    );
  }
}
