import { createHmac, timingSafeEqual } from 'node:crypto';

const prefix = 'tsl_';

/**
 * Read-only links to a station's page. A link's token stands in the part of the address that browsers do not send, and
 * is signed with the data folder's secret for the station and its present key: it outlives the server, and ends with the
 * key. Nothing is stored for it.
 */
export class OperatorLinks {
  readonly #secret: string;

  constructor(secret: string) {
    this.#secret = secret;
  }

  /** @param keyId of the station's key: without one there would be nothing that ends the link */
  token(station: string, keyId: string): string {
    const signed = `operator link\n${station}\n${keyId}`;
    return prefix + createHmac('sha256', this.#secret).update(signed).digest('base64url');
  }

  /** @param keyId of the station's present key; null: it has none, and no link is valid */
  isGenuine(token: string, station: string, keyId: string | null): boolean {
    if (keyId === null) return false;
    const [given, expected] = [Buffer.from(token), Buffer.from(this.token(station, keyId))];
    return given.length === expected.length && timingSafeEqual(given, expected);
  }
}

/** The token in an `Authorization` header; undefined: it has a key, or nothing. */
export const linkTokenIn = (authorization: string | undefined): string | undefined =>
  /^Bearer +(tsl_\S+)$/i.exec(authorization ?? '')?.[1];

/** Where the page shows the station. @param token makes it a link for others */
export const operatorPage = (origin: string, station: string, token?: string): string =>
  `${origin}/operator/#${[station, token].filter((part) => part !== undefined).join('/')}`;
