import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const deploy = join(import.meta.dirname, '../../deploy');
export const serverProgram = join(import.meta.dirname, '../../dist/server.js');

const linesOf = (file: string): string[] =>
  readFileSync(join(deploy, file), 'utf8')
    .split('\n')
    .filter((line) => /^#?\w+=/.test(line));

/** Returns the values of a name in a unit or an environment file that is shipped. */
export function settings(file: string, name: string): string[] {
  const values = linesOf(file)
    .filter((line) => line.startsWith(`${name}=`))
    .map((line) => line.slice(name.length + 1));
  if (values.length === 0) throw new Error(`${file} has no ${name}=.`);
  return values;
}

/** Returns the names in an environment file that is shipped, also those that are commented out. */
export const variablesOf = (file: string): string[] =>
  linesOf(file).map((line) => line.replace(/^#/, '').split('=', 1)[0] ?? '');

const unit = 'systemd/test-stations@.service';

/** A server that runs and is started again as its unit for systemd says. */
export class UnitServer {
  readonly exitCodes: (number | null)[] = [];
  stderr = '';
  readonly #command: string[];
  readonly #env: NodeJS.ProcessEnv;
  #process: ChildProcess | undefined;
  #logBegin = 0;
  #isStopped = false;

  /**
   * @param node runs Node.js on the server's machine
   * @param folder in place of the folder of states
   * @param env of the environment files
   */
  constructor(node: string, folder: string, env: NodeJS.ProcessEnv & { OPTIONS: string }) {
    const { OPTIONS, ...rest } = env;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#env = rest;
    // Each word by itself: the paths may contain blanks.
    this.#command = (settings(unit, 'ExecStart')[0] ?? '').split(' ').flatMap((word) => {
      if (word === '$OPTIONS') return OPTIONS.split(' ');
      return word
        .replace('/usr/bin/node', node)
        .replace('/opt/test-stations/server.js', serverProgram)
        .replace('/var/lib/test-stations/%i', folder);
    });
  }

  start(): void {
    const [file = '', ...args] = this.#command;
    this.#logBegin = this.stderr.length;
    // Other variables of the tests would not be there.
    const env = { PATH: process.env['PATH'], ...this.#env };
    const child = spawn(file, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    child.once('exit', (code) => {
      this.exitCodes.push(code);
      this.#process = undefined;
      const isFinal = settings(unit, 'RestartPreventExitStatus')[0]?.split(' ').includes(String(code)) ?? false;
      const delayMs = Number(settings(unit, 'RestartSec')[0]) * 1000;
      if (!this.#isStopped && !isFinal) setTimeout(() => !this.#isStopped && this.start(), delayMs);
    });
    this.#process = child;
  }

  /** Of the process that runs now or ran last, which is also that of the program that it executes. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** What this process wrote. */
  get log(): string {
    return this.stderr.slice(this.#logBegin);
  }

  /** Stops the process in the middle of its work, or lets it continue. */
  setFrozen(isFrozen: boolean): void {
    this.#process?.kill(isFrozen ? 'SIGSTOP' : 'SIGCONT');
  }

  /** Ends the process at once. The supervisor starts it again. */
  async kill(): Promise<void> {
    if (this.#process === undefined) throw new Error('The server does not run.');
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    if (this.#process !== undefined) await this.kill();
  }
}
