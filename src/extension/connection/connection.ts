import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { accounts } from '../../shared/contract/accounts.ts';
import type { StreamEvent } from '../../shared/contract/events.ts';
import { local } from '../../shared/contract/local.ts';
import type { Answer, Operation } from '../../shared/contract/operation.ts';
import { signIns } from '../../shared/contract/signIns.ts';
import { type Station, stations } from '../../shared/contract/stations.ts';
import { users } from '../../shared/contract/users.ts';
import { oneLine } from '../../shared/format/oneLine.ts';
import { ApiError } from '../client/apiError.ts';
import type { CallInput, StationApi } from '../client/stationApi.ts';
import { environmentKeyFor } from '../vscode/environment.ts';
import { extensionVersion, type Log } from '../vscode/log.ts';
import { storageFolder } from '../vscode/storageFolder.ts';
import { Keys } from './keys.ts';
import { LocalServer } from './localServer.ts';
import { RemoteServer } from './remoteServer.ts';
import type { ReachedServer, ServerCapability, StationServer, Trust } from './server.ts';
import { type RemoteServerEntry, ServerList } from './serverList.ts';

export interface StationAccess {
  readonly url: string;
  readonly instance: string;
  readonly api: StationApi;
  readonly key: string;
  readonly station: Station;
  readonly trust: Trust | undefined;
}

export type BegunSignIn = Answer<typeof signIns.begin>;

/** The server that this window works with. No server is started and no secret is read before the first call. */
export class Connection implements vscode.Disposable {
  readonly servers: ServerList;
  readonly #keys: Keys;
  readonly #local: LocalServer;
  #server: StationServer;
  readonly #serverChanged = new vscode.EventEmitter<void>();
  /** Fires when another server is used from now on, or the same server with other settings. */
  readonly onDidChangeServer = this.#serverChanged.event;
  readonly #keyChanged = new vscode.EventEmitter<string>();
  /** Fires with the station's id. */
  readonly onDidChangeStationKey = this.#keyChanged.event;

  constructor(context: vscode.ExtensionContext, log: Log) {
    this.servers = new ServerList(context);
    this.#keys = new Keys(context.secrets);
    const place = {
      program: context.asAbsolutePath('dist/server.js'),
      version: extensionVersion(context),
      dataFolder: vscode.Uri.joinPath(storageFolder(context), 'server').fsPath,
    };
    this.#local = new LocalServer(this.#keys, log, place, () => installationName(context.globalState));
    this.#server = this.#chosen();
  }

  get remote(): RemoteServerEntry | undefined {
    return this.#server instanceof RemoteServer ? this.#server.place : undefined;
  }

  get serverName(): string {
    return this.#server.host ?? vscode.l10n.t('this machine');
  }

  reset(): void {
    this.#local.reset();
    this.#server = this.#chosen();
    this.#serverChanged.fire();
  }

  async can(capability: ServerCapability): Promise<boolean> {
    return (await this.capabilities()).has(capability);
  }

  async *changes(signal: AbortSignal): AsyncGenerator<StreamEvent, void> {
    yield* (await this.#streamingApi()).events(signal);
  }

  async *stream<O extends Operation>(
    operation: O,
    input: Pick<CallInput<O>, 'params' | 'query'>,
    signal: AbortSignal,
  ): AsyncGenerator<{ event: string | undefined; data: unknown }, void> {
    yield* (await this.#streamingApi()).stream(operation, input, signal);
  }

  async #streamingApi(): Promise<StationApi> {
    const server = this.#server;
    await this.call(local.health); // Starts the server and creates the user key if they are missing.
    return server.reach(true, async (reached) => reached.api(await server.userKey(reached)));
  }

  /**
   * Calls an operation with the user key.
   * @throws ApiError if the call fails or is refused
   * @throws UserError if no server is available
   */
  call<O extends Operation>(operation: O, input?: CallInput<O>): Promise<Answer<O>> {
    const server = this.#server;
    return server.reach(operation.method !== 'POST', async (reached) => {
      const key = await server.userKey(reached);
      try {
        return await reached.api(key).call(operation, input);
      } catch (error) {
        if (!(error instanceof ApiError && error.kind === 'unauthorized')) throw error;
        return reached.api(await server.replaceUserKey(reached, key)).call(operation, input);
      }
    });
  }

  /**
   * Returns the station's key on this machine, confirmed by a call. If SecretStorage has none, or one that no longer works,
   * the window's `TOFUPILOT_API_KEY` is tried, provided that its `TOFUPILOT_URL` names this server, and stored if it is this
   * station's key.
   * @returns undefined if this machine has no key that works
   */
  stationAccess(station: string): Promise<StationAccess | undefined> {
    const server = this.#server;
    return server.reach(true, (reached) => this.#accessAt(server, reached, station));
  }

  async #accessAt(server: StationServer, reached: ReachedServer, station: string): Promise<StationAccess | undefined> {
    await server.ensureGenuine(reached);
    const stored = await this.#keys.station(reached.instance, station);
    for (const key of [stored, environmentKeyFor(reached.url, process.env)]) {
      if (key === undefined || key === '') continue;
      const current = await currentStation(reached.api(key));
      if (current?.id !== station) continue;
      if (key !== stored) await this.#keys.setStation(reached.instance, station, key);
      const { url, instance, trust } = reached;
      return { url, instance, api: reached.api(key), key, station: current, trust };
    }
    return undefined;
  }

  /**
   * Returns whether this machine has a key of the station that begins like this, so that a run could use it: in
   * SecretStorage, or in the environment of the window as for `stationAccess`, which stores that key.
   */
  hasStationKey(station: string, prefix: string): Promise<boolean> {
    const server = this.#server;
    return server.reach(true, async (reached) => {
      const stored = await this.#keys.station(reached.instance, station);
      if (stored?.startsWith(prefix) === true) return true;
      const isOffered = environmentKeyFor(reached.url, process.env)?.startsWith(prefix) === true;
      return isOffered && (await this.#accessAt(server, reached, station)) !== undefined;
    });
  }

  /** Returns whether a key of the station is stored. The server is not asked, so the key may be outdated. */
  async hasStoredKey(instance: string, station: string): Promise<boolean> {
    return (await this.#keys.station(instance, station)) !== undefined;
  }

  get dataFolder(): string {
    return this.#local.dataFolder;
  }

  capabilities(): Promise<ReadonlySet<string>> {
    return this.#server.capabilities();
  }

  serverAddress(): Promise<{ readonly url: string }> {
    return this.#server.reach(true, async ({ api, url }) => {
      await api().call(local.health);
      return { url };
    });
  }

  async userAccess(): Promise<{ readonly url: string; readonly key: string }> {
    const server = this.#server;
    await this.call(users.list, { query: { current: 'true' } });
    return server.reach(true, async (reached) => {
      await server.ensureGenuine(reached);
      return { url: reached.url, key: await server.userKey(reached) };
    });
  }

  /** @returns false if the key is not this station's; it is not stored then */
  adoptStationKey(station: string, key: string): Promise<boolean> {
    const server = this.#server;
    return server.reach(true, async (reached) => {
      await server.ensureGenuine(reached);
      if ((await currentStation(reached.api(key)))?.id !== station) return false;
      await this.#saveStationKeyAt(reached.instance, station, key);
      return true;
    });
  }

  download(url: string): Promise<Uint8Array<ArrayBuffer>> {
    return this.#server.reach(true, ({ api }) => api().download(url));
  }

  async ensureServer(): Promise<void> {
    if (this.#server === this.#local) await this.#local.ensureRunning();
  }

  saveStationKey(station: string, key: string): Promise<void> {
    return this.#server.reach(true, ({ instance }) => this.#saveStationKeyAt(instance, station, key));
  }

  async #saveStationKeyAt(instance: string, station: string, key: string): Promise<void> {
    const before = await this.#keys.station(instance, station);
    await this.#keys.setStation(instance, station, key);
    if (before !== key) this.#keyChanged.fire(station);
  }

  removeStationKey(station: string): Promise<void> {
    return this.#server.reach(true, ({ instance }) => this.#keys.removeStation(instance, station));
  }

  /** @returns null if it is the key of a station @throws ApiError, also if the server does not know the key */
  ownerOf(place: RemoteServerEntry, key: string): Promise<{ name: string | null; email: string } | null> {
    return new RemoteServer(place, this.#keys).reach(true, async ({ api }) => {
      const [owner] = await api(key).call(users.list, { query: { current: 'true' } });
      return owner ?? null;
    });
  }

  acceptInvitation(place: RemoteServerEntry, token: string): Promise<Answer<typeof accounts.acceptInvitation>> {
    return new RemoteServer(place, this.#keys).reach(false, ({ api }) =>
      api().call(accounts.acceptInvitation, { body: { token } }),
    );
  }

  /** Returns the host of the provider with which people sign in to the server there, if it has one. @throws ApiError */
  async signInProvider(place: RemoteServerEntry): Promise<string | undefined> {
    try {
      const { sign_in } = await new RemoteServer(place, this.#keys).reach(true, ({ api }) => api().call(local.health));
      return sign_in?.provider;
    } catch (error) {
      if (error instanceof ApiError && error.status !== null && error.status < 500) return undefined; // TofuPilot
      throw error;
    }
  }

  beginSignIn(place: RemoteServerEntry): Promise<BegunSignIn> {
    return new RemoteServer(place, this.#keys).reach(false, ({ api }) => api().call(signIns.begin));
  }

  /** Returns the personal key, or null until the person has signed in. @throws ApiError, also if it was refused */
  async finishSignIn(
    place: RemoteServerEntry,
    { id, secret }: BegunSignIn,
  ): Promise<Answer<typeof signIns.finish>['signed_in']> {
    try {
      const input = { params: { id }, body: { secret } };
      const remote = new RemoteServer(place, this.#keys);
      return (await remote.reach(false, ({ api }) => api().call(signIns.finish, input))).signed_in;
    } catch (error) {
      // The server's own sentence: there is no key yet whose user it could be about.
      const isRefusal = error instanceof ApiError && error.kind === 'forbidden' && error.cause instanceof ApiError;
      throw isRefusal ? error.cause : error;
    }
  }

  async tryToReach(place: RemoteServerEntry): Promise<void> {
    await new RemoteServer(place, this.#keys).capabilities();
  }

  async signIn(place: RemoteServerEntry, key: string): Promise<void> {
    await this.#keys.setUser(place.url, key);
    await this.servers.save(place);
    await this.use(place);
  }

  async signOut(place: RemoteServerEntry): Promise<void> {
    await this.#keys.removeServer(place.url);
    this.reset();
  }

  async use(place: RemoteServerEntry | undefined): Promise<void> {
    await this.servers.choose(place);
    this.reset();
  }

  #chosen(): StationServer {
    const place = this.servers.chosen;
    return place === undefined ? this.#local : new RemoteServer(place, this.#keys);
  }

  dispose(): void {
    this.#serverChanged.dispose();
    this.#keyChanged.dispose();
  }
}

async function installationName(state: vscode.Memento): Promise<string> {
  const stored = state.get<unknown>('installation');
  if (typeof stored === 'string') return stored;
  const created = `editor-${randomUUID()}`;
  await state.update('installation', created);
  return created;
}

async function currentStation(api: StationApi): Promise<Station | undefined> {
  try {
    const station = await api.call(stations.getCurrent);
    return { ...station, name: oneLine(station.name) };
  } catch (error) {
    if (error instanceof ApiError && (error.kind === 'unauthorized' || error.kind === 'forbidden')) return undefined;
    throw error;
  }
}
