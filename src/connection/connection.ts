import * as vscode from 'vscode';
import { ApiError } from '../client/apiError.ts';
import { type CallInput, StationApi } from '../client/stationApi.ts';
import type { ServerAddress } from '../contract/local.ts';
import type { Answer, Operation } from '../contract/operation.ts';
import { type Station, stations } from '../contract/stations.ts';
import type { Log } from '../platform/log.ts';
import { openSetting, setting } from '../platform/settings.ts';
import { UserError } from '../platform/userError.ts';
import { Keys } from './keys.ts';
import { findOrStartServer, newUserKey, type ServerPlace, ServerStartError } from './serverProcess.ts';

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
      dataFolder: vscode.Uri.joinPath(context.globalStorageUri, 'server').fsPath,
    };
  }

  /**
   * Calls an operation with the user key.
   * @throws ApiError the server's refusal
   * @throws UserError when no server can be had
   */
  call<O extends Operation>(operation: O, input?: CallInput<O>): Promise<Answer<O>> {
    return this.#withServer(async ({ url, instance }) => {
      const key = (await this.#keys.user(instance)) ?? (await this.#newUserKey(instance));
      try {
        return await new StationApi(url, key).call(operation, input);
      } catch (error) {
        if (!(error instanceof ApiError && error.kind === 'unauthorized')) throw error;
        return new StationApi(url, await this.#newUserKey(instance)).call(operation, input);
      }
    });
  }

  /**
   * The station's key on this machine, proven by a call. Where SecretStorage has none, or one that no longer works, a
   * `TOFUPILOT_API_KEY` in the environment is taken if it is this station's, and kept.
   * @returns undefined when this machine has no key that works
   */
  stationAccess(station: string): Promise<StationAccess | undefined> {
    return this.#withServer(async ({ url, instance }) => {
      const stored = await this.#keys.station(instance, station);
      for (const key of [stored, process.env['TOFUPILOT_API_KEY']]) {
        if (key === undefined || key === '') continue;
        const current = await currentStation(new StationApi(url, key));
        if (current?.id !== station) continue;
        if (key !== stored) await this.#keys.setStation(instance, station, key);
        return { url, key, station: current };
      }
      return undefined;
    });
  }

  async keepStationKey(station: string, key: string): Promise<void> {
    await this.#keys.setStation((await this.#server()).instance, station, key);
  }

  async forgetStationKey(station: string): Promise<void> {
    await this.#keys.forgetStation((await this.#server()).instance, station);
  }

  /** Does the work with the server's address; when it turns out to be gone, once more with a new start. */
  async #withServer<T>(work: (address: ServerAddress) => Promise<T>): Promise<T> {
    const server = this.#server();
    try {
      return await work(await server);
    } catch (error) {
      if (!(error instanceof ApiError && error.kind === 'offline')) throw error;
      this.#log.info(`${error.message} Looking for it again.`);
      if (this.#address === server) this.#address = undefined;
      return work(await this.#server());
    }
  }

  #newUserKey(instance: string): Promise<string> {
    this.#newKey ??= newUserKey(this.#place())
      .then(async (key) => {
        await this.#keys.setUser(instance, key);
        this.#log.info('Made a new user key for the local server.');
        return key;
      })
      .finally(() => (this.#newKey = undefined));
    return this.#newKey;
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
    return { ...this.#defaults, dataFolder: setting('dataFolder') || this.#defaults.dataFolder };
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
