import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { local } from '../../shared/contract/local.ts';
import { messageOf } from '../../shared/format/messageOf.ts';
import { ApiError } from '../client/apiError.ts';
import { StationApi } from '../client/stationApi.ts';
import type { Keys } from './keys.ts';
import type { ReachedServer, StationServer } from './server.ts';
import { ServerConnectionError, serverConnectionErrorFrom } from './serverConnectionError.ts';
import type { RemoteServerEntry } from './serverList.ts';

export class RemoteServer implements StationServer {
  readonly place: RemoteServerEntry;
  readonly host: string;
  readonly #keys: Keys;
  #capabilities: Promise<ReadonlySet<string>> | undefined;

  constructor(place: RemoteServerEntry, keys: Keys) {
    this.place = place;
    this.host = new URL(place.url).host;
    this.#keys = keys;
  }

  async reach<T>(_repeatable: boolean, work: (reached: ReachedServer) => Promise<T>): Promise<T> {
    const { url, caFile } = this.place;
    try {
      const transport = caFile === undefined ? undefined : await transportTrusting(caFile);
      const trust = caFile === undefined ? undefined : ({ file: caFile, of: 'server' } as const);
      return await work({ url, instance: url, api: (key) => new StationApi(url, key, transport), trust });
    } catch (error) {
      throw error instanceof ApiError ? serverConnectionErrorFrom(error, this.host) : error;
    }
  }

  async userKey({ instance }: ReachedServer): Promise<string> {
    const key = await this.#keys.user(instance);
    if (key !== undefined) return key;
    throw new ServerConnectionError('signedOut', this.host, vscode.l10n.t('You are not signed in to {0}.', this.host));
  }

  replaceUserKey(): Promise<string> {
    return Promise.reject(
      new ServerConnectionError(
        'unauthorized',
        this.host,
        vscode.l10n.t('{0} no longer accepts your key: it was revoked or has expired.', this.host),
      ),
    );
  }

  /** Resolves at once: TLS has verified the server. */
  ensureGenuine(): Promise<void> {
    return Promise.resolve();
  }

  capabilities(): Promise<ReadonlySet<string>> {
    this.#capabilities ??= this.reach(true, ({ api }) => capabilitiesOf(api())).catch((error: unknown) => {
      this.#capabilities = undefined;
      throw error;
    });
    return this.#capabilities;
  }
}

/** TofuPilot does not know the call and has no capabilities. */
async function capabilitiesOf(api: StationApi): Promise<ReadonlySet<string>> {
  try {
    return new Set((await api.call(local.health)).capabilities);
  } catch (error) {
    if (error instanceof ApiError && error.status !== null && error.status < 500) return new Set();
    throw error;
  }
}

async function transportTrusting(caFile: string): Promise<typeof fetch> {
  const { trustingFetch } = await import('../client/trustingFetch.ts');
  try {
    return trustingFetch(await readFile(caFile, 'utf8'));
  } catch (error) {
    const reason = messageOf(error);
    throw new ApiError('untrusted', null, vscode.l10n.t('The CA file {0} cannot be read: {1}.', caFile, reason));
  }
}
