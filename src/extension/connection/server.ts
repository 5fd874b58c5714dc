import type { StationApi } from '../client/stationApi.ts';

/** A server that was found: where it is, and under which name its keys are kept. */
export interface ReachedServer {
  readonly url: string;
  /** Names the server in SecretStorage, so that a key never goes to another one. */
  readonly instance: string;
  readonly api: (key?: string) => StationApi;
  readonly trust: Trust | undefined;
}

/**
 * Certificates in PEM that scripts need to trust, beside those they do: of the server itself, or of its live streams
 * alone.
 */
export interface Trust {
  readonly file: string;
  readonly of: 'server' | 'streams';
}

/** What a server may be able to do beyond TofuPilot's public API; the names are those of its health call. */
export type Capability =
  | 'station-overview'
  | 'station-keys'
  | 'station-links'
  | 'procedure-identifiers'
  | 'push-marks'
  | 'events'
  | 'operator'
  | 'streaming'
  | 'presence'
  | 'uptime';

/** The station server that a window works with: the embedded one of this machine, or one at an address. */
export interface StationServer {
  /** Host and port of a server at an address; null for the one of this machine. */
  readonly host: string | null;
  /**
   * Does the work with the server; where another try can help, once more.
   * @param repeatable the work may be done again though the server may have done it already
   * @throws ApiError, UserError with what the user can do
   */
  reach<T>(repeatable: boolean, work: (reached: ReachedServer) => Promise<T>): Promise<T>;
  /** @throws ApiError when the user has to give one */
  userKey(reached: ReachedServer): Promise<string>;
  /** Returns another user key in place of the refused one. @throws ApiError when the user has to give one */
  renewedUserKey(reached: ReachedServer, refusedKey: string): Promise<string>;
  /** Whether a key may be sent to what was reached. @throws ApiError when it is not the server meant any more */
  ensureGenuine(reached: ReachedServer): Promise<void>;
  capabilities(): Promise<ReadonlySet<string>>;
}
