import { homedir } from 'node:os';
import { isAbsolute } from 'node:path';
import * as vscode from 'vscode';
import { ApiError } from '../client/apiError.ts';
import { type CallInput, StationApi } from '../client/stationApi.ts';
import type { StreamEvent } from '../contract/events.ts';
import { local, type ServerAddress } from '../contract/local.ts';
import type { Answer, Operation } from '../contract/operation.ts';
import { type Station, stations } from '../contract/stations.ts';
import { extensionVersion, type Log } from '../platform/log.ts';
import { openSetting, setting } from '../platform/settings.ts';
import { UserError } from '../platform/userError.ts';
import { Keys } from './keys.ts';
import { findOrStartServer, isStillThere, newUserKey, type ServerPlace, ServerStartError } from './serverProcess.ts';

/** A station's key that its server has just accepted, with what the server says of the station. */
export interface StationAccess {
  readonly url: string;
  readonly key: string;
  readonly station: Station;
}

/**
 * The server that this window works with. Nothing is started and no secret is read before the first call; a server that
 * was killed is started again, and a user key that was lost is replaced, without the user doing anything.
 */
export class Connection {
  readonly #keys: Keys;
  readonly #log: Log;
  readonly #defaults: ServerPlace;
  #address: Promise<ServerAddress> | undefined;
  /** A key being made, so that calls at the same moment share it. */
  #newKey: Promise<string> | undefined;

  constructor(context: vscode.ExtensionContext, log: Log) {
    this.#keys = new Keys(context.secrets);
    this.#log = log;
    this.#defaults = {
      program: context.asAbsolutePath('dist/server.js'),
      version: extensionVersion(context),
      dataFolder: vscode.Uri.joinPath(context.globalStorageUri, 'server').fsPath,
    };
  }

  /** The server's changes, from now on until the stream or the signal ends. @throws ApiError, UserError as `call` */
  async *changes(signal: AbortSignal): AsyncGenerator<StreamEvent, void> {
    await this.call(local.health); // starts the server and makes the key that the stream needs, where they are missing
    const { url, instance } = await this.#server();
    yield* new StationApi(url, await this.#keys.user(instance)).events(signal);
  }

  /**
   * Calls an operation with the user key.
   * @throws ApiError the server's refusal
   * @throws UserError when no server can be had
   */
  call<O extends Operation>(operation: O, input?: CallInput<O>): Promise<Answer<O>> {
    const repeatable = operation.method !== 'POST';
    return this.#withServer(repeatable, async (address) => {
      const key = (await this.#keys.user(address.instance)) ?? (await this.#newUserKey(address));
      try {
        return await new StationApi(address.url, key).call(operation, input);
      } catch (error) {
        if (!(error instanceof ApiError && error.kind === 'unauthorized')) throw error;
        return new StationApi(address.url, await this.#newUserKey(address)).call(operation, input);
      }
    });
  }

  /**
   * The station's key on this machine, proven by a call. Where SecretStorage has none, or one that no longer works, a
   * `TOFUPILOT_API_KEY` in the environment is taken if it is this station's, and kept.
   * @returns undefined when this machine has no key that works
   */
  stationAccess(station: string): Promise<StationAccess | undefined> {
    return this.#withServer(true, async (address) => {
      await this.#ensureStillThere(address);
      const stored = await this.#keys.station(address.instance, station);
      for (const key of [stored, process.env['TOFUPILOT_API_KEY']]) {
        if (key === undefined || key === '') continue;
        const current = await currentStation(new StationApi(address.url, key));
        if (current?.id !== station) continue;
        if (key !== stored) await this.#keys.setStation(address.instance, station, key);
        return { url: address.url, key, station: current };
      }
      return undefined;
    });
  }

  /** Keeps a key that was made elsewhere. @returns false, and keeps nothing, when it is not this station's */
  adoptStationKey(station: string, key: string): Promise<boolean> {
    return this.#withServer(true, async (address) => {
      await this.#ensureStillThere(address);
      if ((await currentStation(new StationApi(address.url, key)))?.id !== station) return false;
      await this.#keys.setStation(address.instance, station, key);
      return true;
    });
  }

  /** Starts the server again if it has gone. */
  async ensureServer(): Promise<void> {
    await this.#withServer(true, async ({ url }) => new StationApi(url).call(local.health));
  }

  /** Forgets which server it was: the next call finds the one of the present settings. */
  reset(): void {
    this.#address = undefined;
  }

  async keepStationKey(station: string, key: string): Promise<void> {
    await this.#keys.setStation((await this.#server()).instance, station, key);
  }

  async forgetStationKey(station: string): Promise<void> {
    await this.#keys.forgetStation((await this.#server()).instance, station);
  }

  /**
   * Does the work with the server's address; when that server turns out to be gone, once more with a new start.
   * @param repeatable the work may be done again though the server may have done it already
   */
  async #withServer<T>(repeatable: boolean, work: (address: ServerAddress) => Promise<T>): Promise<T> {
    const server = this.#server();
    try {
      return await work(await server);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.kind !== 'offline' && !(error.kind === 'interrupted' && repeatable)) throw error;
      this.#log.info(`${error.message} Looking for it again.`);
      if (this.#address === server) this.#address = undefined;
      return work(await this.#server());
    }
  }

  #newUserKey(address: ServerAddress): Promise<string> {
    this.#newKey ??= this.#makeUserKey(address).finally(() => (this.#newKey = undefined));
    return this.#newKey;
  }

  async #makeUserKey(address: ServerAddress): Promise<string> {
    await this.#ensureStillThere(address);
    const key = await newUserKey({ program: this.#defaults.program, dataFolder: address.data });
    await this.#keys.setUser(address.instance, key);
    this.#log.info('Made a new user key for the local server.');
    return key;
  }

  /** Another program may have the address by now: it gets no key. @throws ApiError `offline` */
  async #ensureStillThere(address: ServerAddress): Promise<void> {
    if (await isStillThere(address)) return;
    throw new ApiError('offline', null, `${address.url} is not the server of ${address.data} any more.`);
  }

  #server(): Promise<ServerAddress> {
    this.#address ??= this.#start();
    return this.#address;
  }

  async #start(): Promise<ServerAddress> {
    try {
      const { address, offeredKey } = await findOrStartServer(this.#place());
      if (offeredKey !== undefined && (await this.#keys.user(address.instance)) === undefined) {
        await this.#keys.setUser(address.instance, offeredKey);
      }
      this.#log.info(`Station server ${address.version} at ${address.url}, data in ${address.data}`);
      return address;
    } catch (error) {
      this.#address = undefined;
      if (!(error instanceof ServerStartError)) throw error;
      throw new UserError(
        error.message,
        [{ label: vscode.l10n.t('Choose Data Folder'), run: () => openSetting('dataFolder') }],
        { cause: error },
      );
    }
  }

  #place(): ServerPlace {
    const configured = setting('dataFolder').replace(/^~(?=$|[\\/])/, homedir());
    if (configured !== '' && !isAbsolute(configured)) {
      throw new ServerStartError(`The data folder “${configured}” is not an absolute path.`);
    }
    return { ...this.#defaults, dataFolder: configured || this.#defaults.dataFolder };
  }

  /** The local server's data folder, whether it is there or not. @throws ServerStartError when the setting is no path */
  get dataFolder(): string {
    return this.#place().dataFolder;
  }

  /** Whether this machine keeps a key of the station. Asks no server: the key may have been replaced there. */
  async holdsStationKey(instance: string, station: string): Promise<boolean> {
    return (await this.#keys.station(instance, station)) !== undefined;
  }
}

async function currentStation(api: StationApi): Promise<Station | undefined> {
  try {
    return await api.call(stations.getCurrent);
  } catch (error) {
    if (error instanceof ApiError && (error.kind === 'unauthorized' || error.kind === 'forbidden')) return undefined;
    throw error;
  }
}
