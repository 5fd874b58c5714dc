import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import * as z from 'zod';
import {
  local,
  type ServerAddress,
  serverAddress,
  serverExit,
  type ServerFile,
  serverFile,
  serverNodeOptions,
  updatingData,
} from '../../shared/contract/local.ts';
import { messageOf } from '../../shared/format/messageOf.ts';
import { StationApi } from '../client/stationApi.ts';
import { environmentWithoutKeys } from '../vscode/environment.ts';
import { isAlive } from '../vscode/processes.ts';

export interface ServerInstallation {
  readonly program: string;
  readonly version: string;
  readonly dataFolder: string;
}

export interface StartedServer {
  readonly address: ServerAddress;
  /** The user key offered to the server. It is valid only if the data folder had no user key. */
  readonly offeredKey: string | undefined;
}

export class ServerStartError extends Error {
  override readonly name = 'ServerStartError';
}

/**
 * How long a window waits for a server to announce itself. A server that takes longer is left running: the machine may be
 * busy, and a later call finds the server when it is ready.
 */
const startTimeoutMs = 60_000;
const retryDelayMs = 500;

/**
 * Without the variables of OpenTelemetry, which are meant for other programs of the user: the server would send traces.
 * `ELECTRON_RUN_AS_NODE` makes Electron run as plain Node; other programs ignore it.
 */
function serverEnvironment(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const inherited = Object.entries(environmentWithoutKeys()).filter(([name]) => !name.startsWith('OTEL_'));
  return { ...Object.fromEntries(inherited), ELECTRON_RUN_AS_NODE: '1', ...extra };
}

/**
 * Returns the running server of the data folder, or starts one; a server of an older version is replaced. All windows
 * share the server, and it outlives them.
 * @throws ServerStartError
 */
export async function findOrStartServer(place: ServerInstallation): Promise<StartedServer> {
  const found = await findServer(place.dataFolder);
  if (found !== undefined) {
    if (!isOlder(found.version, place.version)) return { address: found, offeredKey: undefined };
    await stopServer(found); // It finishes its requests before it releases the folder.
  }
  const offeredKey = `tsu_${randomBytes(32).toString('base64url')}`;
  for (const startedAtMs = performance.now(); performance.now() - startedAtMs < startTimeoutMs;) {
    const started = await startServer(place, offeredKey);
    if (started !== 'in use') return { address: started, offeredKey };
    // Another window is just starting one, or an older one is ending.
    const other = await findServer(place.dataFolder);
    if (other !== undefined && !isOlder(other.version, place.version)) return { address: other, offeredKey: undefined };
    await delay(retryDelayMs);
  }
  if (isUpdating(await readLog(place.dataFolder))) {
    throw new ServerStartError(
      `The station server is updating the data of an earlier version in ${place.dataFolder}, which can take some minutes. Try again then.`,
    );
  }
  throw new ServerStartError(
    `Another process has the data folder ${place.dataFolder}, and no station server answers there yet. Try again in a minute; if that does not help, end that process or choose another folder.`,
  );
}

/**
 * Asks a server to stop. An earlier version has no such request, so its process gets a signal; `findServer` has just
 * verified that the process is alive and answers for this folder.
 */
async function stopServer({ url, pid, stop_token }: ServerFile): Promise<void> {
  if (stop_token === undefined) {
    process.kill(pid, 'SIGTERM');
    return;
  }
  // If it has just ended, or does not answer, the caller notices while it waits for the folder.
  await new StationApi(url, stop_token).call(local.shutdown).catch(() => undefined);
}

const isOlder = (running: string, own: string): boolean => running.localeCompare(own, undefined, { numeric: true }) < 0;

/**
 * Returns whether the server at this address is still the server of its data folder. After its process has ended, another
 * program may have its port and may know the instance, so nothing is requested then.
 */
export async function isServerRunning({ url, instance, pid }: ServerAddress): Promise<boolean> {
  if (!isAlive(pid)) return false;
  try {
    return (await new StationApi(url).call(local.health)).instance === instance;
  } catch {
    return false;
  }
}

async function findServer(dataFolder: string): Promise<ServerFile | undefined> {
  let address: ServerFile;
  try {
    address = serverFile.parse(JSON.parse(await readFile(join(dataFolder, 'server.json'), 'utf8')));
  } catch {
    return undefined; // There is no file, or only half of one; a new start writes it again.
  }
  return (await isServerRunning(address)) ? address : undefined;
}

async function startServer(place: ServerInstallation, adminKey: string): Promise<ServerAddress | 'in use'> {
  const log = await openLog(place.dataFolder);
  const child = spawn(process.execPath, [...serverNodeOptions, place.program, '--data', place.dataFolder], {
    cwd: place.dataFolder, // not the folder of a workspace, which could then not be removed on Windows
    detached: true,
    stdio: ['ignore', 'pipe', log.handle.fd],
    windowsHide: true,
    env: serverEnvironment({ TEST_STATIONS_ADMIN_KEY: adminKey }),
  });
  let limit: NodeJS.Timeout | undefined;
  const outcome = await new Promise<{ line: string } | { code: number | null } | { error: Error } | { slow: true }>(
    (resolve) => {
      limit = setInterval(() => {
        void readLog(place.dataFolder, log.size).then((logged) => {
          if (limit === undefined || isUpdating(logged)) return;
          resolve({ slow: true });
        });
      }, startTimeoutMs);
      child.once('error', (error) => resolve({ error }));
      child.once('exit', (code) => resolve({ code }));
      if (child.stdout !== null) createInterface(child.stdout).once('line', (line) => resolve({ line }));
    },
  );
  clearInterval(limit);
  limit = undefined;
  child.stdout?.destroy();
  child.unref();
  await log.handle.close();
  if ('line' in outcome) return serverAddress.parse(JSON.parse(outcome.line));
  if ('error' in outcome) throw new ServerStartError(`The station server did not start: ${outcome.error.message}`);
  if ('slow' in outcome) {
    throw new ServerStartError(
      `The station server is still starting after ${startTimeoutMs / 1000} s. Try again in a minute, and see ${log.path} if that does not help.`,
    );
  }
  if (outcome.code === serverExit.folderInUse) return 'in use';
  const complaint = (await readLog(place.dataFolder, log.size)).trim();
  throw new ServerStartError(complaint || `The station server ended at once, with exit code ${outcome.code}.`);
}

const logOf = (dataFolder: string): string => join(dataFolder, 'server.log');

async function readLog(dataFolder: string, since = 0): Promise<string> {
  const log = await readFile(logOf(dataFolder)).catch(() => Buffer.alloc(0));
  // The server truncates a log that is too long.
  return log.subarray(log.length < since ? 0 : since).toString();
}

const isUpdating = (log: string): boolean => log.lastIndexOf(updatingData.begins) > log.lastIndexOf(updatingData.done);

/** Appends without following a symbolic link, which could lead to any file. On Windows `O_NOFOLLOW` is undefined and counts as 0. */
const append = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;

async function openLog(dataFolder: string): Promise<{ path: string; handle: FileHandle; size: number }> {
  const path = logOf(dataFolder);
  try {
    await mkdir(dataFolder, { recursive: true, mode: 0o700 });
    const handle = await open(path, append, 0o600);
    return { path, handle, size: (await handle.stat()).size };
  } catch (error) {
    throw new ServerStartError(`The data folder ${dataFolder} cannot be used: ${messageOf(error)}`, { cause: error });
  }
}

/** Creates a user key, which access to the data folder authorizes. @param name replaces the earlier key of that name */
export async function createUserKey(
  place: Pick<ServerInstallation, 'program' | 'dataFolder'>,
  name: string,
): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [place.program, 'new-user-key', '--data', place.dataFolder, '--name', name],
      { env: serverEnvironment(), windowsHide: true },
    );
    return stdout.trim();
  } catch (error) {
    const complaint = z.object({ stderr: z.string() }).safeParse(error).data?.stderr.trim();
    throw new ServerStartError(complaint || `No user key could be created for ${place.dataFolder}.`, { cause: error });
  }
}
