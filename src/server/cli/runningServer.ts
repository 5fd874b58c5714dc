import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { local, serverExit, type ServerFile, serverNodeOptions } from '../../shared/contract/local.ts';
import { appendFlags } from '../openFlags.ts';
import { CommandError, systemCode } from './commandError.ts';
import type { DataFolder } from './dataFolder.ts';

const startTimeoutMs = 60_000;
const retryDelayMs = 500;
const healthTimeoutMs = 15_000;

/** The station server of a data folder, for a program that must not open the data beside it. */
export class RunningServer {
  readonly #folder: DataFolder;
  #known: ServerFile | undefined;

  constructor(folder: DataFolder) {
    this.#folder = folder;
  }

  /** Returns the running server, or starts one, which outlives this program. @throws CommandError */
  async find(): Promise<ServerFile> {
    for (const startedAtMs = performance.now(); performance.now() - startedAtMs < startTimeoutMs;) {
      const found = await this.#find();
      if (found !== null) return found;
      const code = await this.#start();
      if (code === serverExit.folderInUse) await delay(retryDelayMs);
      else if (code !== null) throw this.#notStarted(code);
    }
    throw new CommandError(
      serverExit.folderInUse,
      `The station server of ${this.#folder.path} does not answer. Try again in a minute, and see ${this.#folder.log} if that does not help.`,
    );
  }

  async #find(): Promise<ServerFile | null> {
    const server = this.#folder.readServerFile();
    if (server === null || !isAlive(server.pid)) return null;
    if (this.#known?.pid === server.pid && this.#known.url === server.url) return server;
    // Another program may have the number of the process, and another one the port.
    if (!(await isInstance(server))) return null;
    this.#known = server;
    return server;
  }

  /** Returns null when the server has announced itself, otherwise the code with which it ended. */
  async #start(): Promise<number | null> {
    const log = openSync(this.#folder.log, appendFlags, 0o600);
    try {
      const child = spawn(
        process.execPath,
        [...serverNodeOptions, process.argv[1] ?? '', '--data', this.#folder.path],
        {
          cwd: this.#folder.path,
          detached: true,
          stdio: ['ignore', 'pipe', log],
          windowsHide: true,
          env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' }, // Electron runs as plain Node then; others ignore it
        },
      );
      const code = await new Promise<number | null>((done, fail) => {
        child.once('error', fail);
        child.once('exit', (exitCode) => done(exitCode ?? 1));
        if (child.stdout !== null) createInterface(child.stdout).once('line', () => done(null));
      });
      child.stdout?.destroy();
      child.unref();
      return code;
    } finally {
      closeSync(log);
    }
  }

  #notStarted(code: number): CommandError {
    return new CommandError(
      1,
      `The station server of ${this.#folder.path} did not start (exit code ${code}). ${this.#folder.log} has the reason.`,
    );
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

async function isInstance({ url, instance }: ServerFile): Promise<boolean> {
  try {
    const answer = await fetch(url + local.health.path, { signal: AbortSignal.timeout(healthTimeoutMs) });
    return local.health.answer.parse(await answer.json()).instance === instance;
  } catch {
    return false;
  }
}
