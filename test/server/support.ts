import assert from 'node:assert/strict';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { after } from 'mocha';
import { readCommand } from '../../src/server/cli/commandLine.ts';
import { DataFolder } from '../../src/server/cli/dataFolder.ts';
import { serve } from '../../src/server/cli/serve.ts';
import { type ServerAddress, serverAddress } from '../../src/shared/contract/local.ts';
import { databaseOf, isPostgres } from '../support/postgres.ts';

/** The program of the server: its sources, or what `npm test` has built of them, which starts in half the processor time. */
export const serverProgram =
  process.env['TEST_SERVER_PROGRAM'] ?? resolve(import.meta.dirname, '../../src/server/cli/main.ts');
const nodeArguments = ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', serverProgram];

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunningServer {
  url: string;
  address: ServerAddress;
  /** Asks it to end and waits for that. */
  stop(): Promise<unknown>;
}

export interface TestServer extends RunningServer {
  /** What it wrote so far. */
  stderr(): string;
  stop(signal?: 'SIGTERM' | 'SIGINT'): Promise<Ended>;
  /** Resolves when it has ended. */
  ended: Promise<Ended>;
  /** Ends it at once, as a power cut would. */
  kill(): Promise<void>;
  /** Closes the reading ends of its output, as a starter that is gone. */
  stopReading(): void;
}

interface Program {
  process: ChildProcessByStdio<null, Readable, Readable>;
  output: { stdout: string; stderr: string };
  ended: Promise<Ended>;
}

/** The address of the database that belongs to the data folder, if the tests run on PostgreSQL. */
async function databaseEnv(args: readonly string[]): Promise<NodeJS.ProcessEnv> {
  const folder = args[args.indexOf('--data') + 1];
  if (!isPostgres || !args.includes('--data') || folder === undefined) return {};
  return { TEST_STATIONS_DATABASE_URL: await databaseOf(folder) };
}

function startProgram(args: readonly string[], env: NodeJS.ProcessEnv, node = process.execPath): Program {
  const child = spawn(node, [...nodeArguments, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  const ended = new Promise<Ended>((settle) => child.once('close', (code) => settle({ code, ...output })));
  return { process: child, output, ended };
}

/**
 * Starts a server in this process, which takes far less time than a process of its own. The caller stops it.
 * @param adminKey the key of its user if the folder is new
 */
export async function startServerHere(
  dataFolder: string,
  adminKey: string,
  args: readonly string[] = [],
): Promise<RunningServer> {
  const command = readCommand(['--data', dataFolder, ...args]);
  assert.equal(command.command, 'serve');
  const server = await serve(new DataFolder(dataFolder), {
    ...command,
    provider: null,
    bucket: null,
    collector: null,
    chosenKey: adminKey,
    metricsToken: null,
    signingSecret: null,
    pagesFolder: resolve(import.meta.dirname, '../../dist/webview'),
  });
  return { url: server.address.url, address: server.address, stop: () => server.stop() };
}

/**
 * Starts the real server and waits until it has told its address. The caller stops it.
 * @param node the program that runs it
 */
export async function startServer(
  dataFolder: string,
  env: NodeJS.ProcessEnv = {},
  args: readonly string[] = [],
  node?: string,
): Promise<TestServer> {
  const {
    process: child,
    output,
    ended,
  } = startProgram(['--data', dataFolder, ...args], { ...(await databaseEnv(['--data', dataFolder])), ...env }, node);
  const line = await Promise.race([
    new Promise<string>((settle) => createInterface(child.stdout).once('line', settle)),
    ended.then(({ code, stderr }) => assert.fail(`The server ended with ${code}: ${stderr}`)),
  ]);
  const address = serverAddress.parse(JSON.parse(line));
  return {
    url: address.url,
    address,
    ended,
    stop: (signal = 'SIGTERM') => {
      child.kill(signal);
      return ended;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
    stopReading: () => {
      child.stdout.destroy();
      child.stderr.destroy();
    },
    stderr: () => output.stderr,
  };
}

/** Runs the server's program to its end. */
export const runServerProgram = async (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> =>
  startProgram(args, { ...(await databaseEnv(args)), ...env }).ended;

/** Makes a user key of the data folder, with the server running or not. */
export async function newUserKey(dataFolder: string, ...options: string[]): Promise<string> {
  const { code, stdout, stderr } = await runServerProgram(['new-user-key', '--data', dataFolder, ...options]);
  assert.equal(code, 0, stderr);
  return stdout.trim();
}

/** An empty folder that is deleted after the suite. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'test-stations-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
