import type { StationApi } from '../client/stationApi.ts';

export interface ReachedServer {
  readonly url: string;
  /** Identifies the server in SecretStorage, so that a key is never sent to another server. */
  readonly instance: string;
  readonly api: (key?: string) => StationApi;
  readonly trust: Trust | undefined;
}

/** Certificates in PEM that scripts must trust additionally: for the server itself, or only for its live streams. */
export interface Trust {
  readonly file: string;
  readonly of: 'server' | 'streams';
}

export type ServerCapability =
  | 'station-overview'
  | 'station-batches'
  | 'station-keys'
  | 'station-links'
  | 'procedure-identifiers'
  | 'push-marks'
  | 'events'
  | 'operator'
  | 'streaming'
  | 'presence'
  | 'uptime'
  | 'analytics'
  | 'run-filters'
  | 'golden-checks'
  | 'studies'
  | 'shifts'
  | 'assistants'
  | 'accounts'
  | 'station-groups'
  | 'station-use';

export interface StationServer {
  /** Host and port of a remote server; null for the server of this machine. */
  readonly host: string | null;
  /**
   * Runs the work with the server, and runs it again if that can help.
   * @param repeatable whether the work may run again even if the server may have completed it
   * @throws ApiError, UserError
   */
  reach<T>(repeatable: boolean, work: (reached: ReachedServer) => Promise<T>): Promise<T>;
  userKey(reached: ReachedServer): Promise<string>;
  replaceUserKey(reached: ReachedServer, refusedKey: string): Promise<string>;
  /** Checks that a key may be sent to this address. @throws ApiError if another program may be there now */
  ensureGenuine(reached: ReachedServer): Promise<void>;
  capabilities(): Promise<ReadonlySet<string>>;
}
