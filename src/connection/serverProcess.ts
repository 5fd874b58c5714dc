import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import * as z from 'zod';
import { StationApi } from '../client/stationApi.ts';
import { local, type ServerAddress, serverAddress, serverNodeOptions, serverExit } from '../contract/local.ts';

/** The program and the folder of the embedded server. */
export interface ServerPlace {
  /** Path of `dist/server.js`. */
  readonly program: string;
  readonly dataFolder: string;
}

export interface StartedServer {
  readonly address: ServerAddress;
  /** The user key offered to the server. It is valid only if the folder had none: the caller keeps it if it has none. */
  readonly offeredKey: string | undefined;
}

/** The server could not be started; the message is its own sentence. */
export class ServerStartError extends Error {
  override readonly name = 'ServerStartError';
}

/** Electron runs as plain Node with this; elsewhere it means nothing. The window's own key is not the server's business. */
function serverEnvironment(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = { ...process.env, ELECTRON_RUN_AS_NODE: '1', ...extra };
  delete environment['TOFUPILOT_API_KEY'];
  return environment;
}

/**
 * The running server of the data folder; starts one when there is none. It is shared by all windows and outlives them.
 * @throws ServerStartError
 */
export async function findOrStartServer(place: ServerPlace): Promise<StartedServer> {
  const running = await findServer(place.dataFolder);
  if (running !== undefined) return { address: running, offeredKey: undefined };
  const offeredKey = `tsu_${randomBytes(32).toString('base64url')}`;
  const started = await startServer(place, offeredKey);
  if (started !== 'in use') return { address: started, offeredKey };
  return { address: await waitForServer(place.dataFolder), offeredKey: undefined };
}

/** The address in the folder's `server.json`, if a server of that folder answers there. */
async function findServer(dataFolder: string): Promise<ServerAddress | undefined> {
  let address: ServerAddress;
  try {
    address = serverAddress.parse(JSON.parse(await readFile(join(dataFolder, 'server.json'), 'utf8')));
  } catch {
    return undefined; // no server has been here, or it left half a file behind: a new start writes it again
  }
  try {
    const health = await new StationApi(address.url).call(local.health);
    return health.instance === address.instance ? address : undefined;
  } catch {
    return undefined;
  }
}

async function startServer(place: ServerPlace, adminKey: string): Promise<ServerAddress | 'in use'> {
  const log = await openLog(place.dataFolder);
  const child = spawn(process.execPath, [...serverNodeOptions, place.program, '--data', place.dataFolder], {
    detached: true,
    stdio: ['ignore', 'pipe', log.handle.fd],
    windowsHide: true,
    env: serverEnvironment({ TEST_STATIONS_ADMIN_KEY: adminKey }),
  });
  const outcome = await new Promise<{ line: string } | { code: number | null } | { error: Error }>((resolve) => {
    child.once('error', (error) => resolve({ error }));
    child.once('exit', (code) => resolve({ code }));
    if (child.stdout !== null) createInterface(child.stdout).once('line', (line) => resolve({ line }));
  });
  child.stdout?.destroy();
  child.unref();
  await log.handle.close();
  if ('line' in outcome) return serverAddress.parse(JSON.parse(outcome.line));
  if ('error' in outcome) throw new ServerStartError(`The station server did not start: ${outcome.error.message}`);
  if (outcome.code === serverExit.folderInUse) return 'in use';
  const complaint = (await readFile(log.path, 'utf8')).slice(log.size).trim();
  throw new ServerStartError(complaint || `The station server ended at once, with exit code ${outcome.code}.`);
}

/** The server's stderr goes to `server.log` in its folder, so that it can outlive this window. */
async function openLog(dataFolder: string): Promise<{ path: string; handle: FileHandle; size: number }> {
  const path = join(dataFolder, 'server.log');
  try {
    await mkdir(dataFolder, { recursive: true, mode: 0o700 });
    const handle = await open(path, 'a', 0o600);
    return { path, handle, size: (await handle.stat()).size };
  } catch (error) {
    throw new ServerStartError(
      `The data folder ${dataFolder} cannot be used: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}

/** Another window is starting the server of this folder: waits until it answers. */
async function waitForServer(dataFolder: string): Promise<ServerAddress> {
  for (let tries = 0; tries < 50; tries++) {
    const address = await findServer(dataFolder);
    if (address !== undefined) return address;
    await delay(200);
  }
  throw new ServerStartError(
    `Another process holds the data folder ${dataFolder}, but no station server answers there. End that process, or choose another folder.`,
  );
}

/** Makes a further user key. Access to the folder is the proof of the right to one. */
export async function newUserKey(place: ServerPlace): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [place.program, 'new-user-key', '--data', place.dataFolder],
      { env: serverEnvironment(), windowsHide: true },
    );
    return stdout.trim();
  } catch (error) {
    const complaint = z.object({ stderr: z.string() }).safeParse(error).data?.stderr.trim();
    throw new ServerStartError(complaint || `No user key could be made for ${place.dataFolder}.`, { cause: error });
  }
}
