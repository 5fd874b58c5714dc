import { homedir } from 'node:os';
import { isAbsolute } from 'node:path';
import * as vscode from 'vscode';
import { local, type ServerAddress } from '../../shared/contract/local.ts';
import type { Answer } from '../../shared/contract/operation.ts';
import { ApiError } from '../client/apiError.ts';
import { StationApi } from '../client/stationApi.ts';
import type { Log } from '../vscode/log.ts';
import { isAlive } from '../vscode/processes.ts';
import { setting, settingRemedy } from '../vscode/settings.ts';
import { UserError } from '../vscode/userError.ts';
import type { Keys } from './keys.ts';
import type { ReachedServer, StationServer } from './server.ts';
import {
  createUserKey,
  findOrStartServer,
  isServerRunning,
  type ServerInstallation,
  ServerStartError,
} from './serverProcess.ts';

/** The embedded server, started by the first call. A killed server is restarted and a lost user key replaced. */
export class LocalServer implements StationServer {
  readonly host = null;
  readonly #keys: Keys;
  readonly #log: Log;
  readonly #defaults: ServerInstallation;
  #address: Promise<ServerAddress> | undefined;
  #capabilities: Promise<ReadonlySet<string>> | undefined;
  readonly #installationName: () => Promise<string>;
  #keyCreation: Promise<string> | undefined;

  constructor(keys: Keys, log: Log, defaults: ServerInstallation, installationName: () => Promise<string>) {
    this.#keys = keys;
    this.#log = log;
    this.#defaults = defaults;
    this.#installationName = installationName;
  }

  reset(): void {
    this.#address = undefined;
    this.#capabilities = undefined;
  }

  address(): Promise<ServerAddress> {
    this.#address ??= this.#start();
    return this.#address;
  }

  async reach<T>(repeatable: boolean, work: (reached: ReachedServer) => Promise<T>): Promise<T> {
    await this.#resetIfEnded();
    const address = this.address();
    try {
      return await work(reached(await address));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.kind !== 'offline' && !(error.kind === 'interrupted' && repeatable)) throw error;
      this.#log.info(`${error.message} Reconnecting.`);
      if (this.#address === address) this.reset();
      return work(reached(await this.address()));
    }
  }

  /** The port of a server that has ended may be another program's by now, to which no key must be sent. */
  async #resetIfEnded(): Promise<void> {
    const known = this.#address;
    if (known === undefined) return;
    const { pid } = await known;
    if (isAlive(pid) || this.#address !== known) return;
    this.#log.info(`The station server (process ${pid}) has ended. Restarting it.`);
    this.reset();
  }

  async userKey(server: ReachedServer): Promise<string> {
    return (await this.#keys.user(server.instance)) ?? this.#newUserKey(server);
  }

  /** Another window may have stored a new key since the refused one was read: a further one would end that key. */
  async replaceUserKey(server: ReachedServer, refusedKey: string): Promise<string> {
    const stored = await this.#keys.user(server.instance);
    return stored === undefined || stored === refusedKey ? this.#newUserKey(server) : stored;
  }

  #newUserKey(server: ReachedServer): Promise<string> {
    this.#keyCreation ??= this.#createUserKey(server).finally(() => (this.#keyCreation = undefined));
    return this.#keyCreation;
  }

  async ensureGenuine({ url }: ReachedServer): Promise<void> {
    const address = await this.address();
    if (address.url === url && (await isServerRunning(address))) return;
    throw new ApiError('offline', null, `The station server is no longer at ${url}.`);
  }

  capabilities(): Promise<ReadonlySet<string>> {
    this.#capabilities ??= this.#health().then(({ capabilities }) => new Set(capabilities));
    this.#capabilities.catch(() => (this.#capabilities = undefined));
    return this.#capabilities;
  }

  async ensureRunning(): Promise<void> {
    await this.#health();
  }

  #health(): Promise<Answer<typeof local.health>> {
    return this.reach(true, ({ api }) => api().call(local.health));
  }

  async #createUserKey(server: ReachedServer): Promise<string> {
    await this.ensureGenuine(server);
    const { data } = await this.address();
    const name = await this.#installationName();
    const key = await createUserKey({ program: this.#defaults.program, dataFolder: data }, name);
    await this.#keys.setUser(server.instance, key);
    this.#log.info('Created a new user key for the local server.');
    return key;
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
      const choose = settingRemedy('dataFolder', vscode.l10n.t('Choose Data Folder'));
      throw new UserError(error.message, [choose], { cause: error });
    }
  }

  get dataFolder(): string {
    return this.#place().dataFolder;
  }

  #place(): ServerInstallation {
    const configured = setting('dataFolder').replace(/^~(?=$|[\\/])/, homedir());
    if (configured !== '' && !isAbsolute(configured)) {
      throw new ServerStartError(`The data folder “${configured}” is not an absolute path.`);
    }
    return { ...this.#defaults, dataFolder: configured || this.#defaults.dataFolder };
  }
}

const reached = ({ url, instance, ca }: ServerAddress): ReachedServer => ({
  url,
  instance,
  api: (key) => new StationApi(url, key),
  trust: ca === undefined ? undefined : { file: ca, of: 'streams' },
});
