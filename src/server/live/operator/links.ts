import { createHmac, timingSafeEqual } from 'node:crypto';

const prefix = 'tsl_';

/**
 * Read-only links to a station's page. The token of a link is in the fragment of the address, which browsers do not
 * send. It is signed with the secret of the data folder for the station and its current key, so that it survives a
 * restart of the server and ends with the key. Nothing is stored for it.
 */
export class OperatorLinks {
  readonly #secret: string;

  constructor(secret: string) {
    this.#secret = secret;
  }

  token(station: string, keyId: string): string {
    const signed = `operator link\n${station}\n${keyId}`;
    return prefix + createHmac('sha256', this.#secret).update(signed).digest('base64url');
  }

  isGenuine(token: string, station: string, keyId: string | null): boolean {
    if (keyId === null) return false;
    const given = Buffer.from(token);
    const expected = Buffer.from(this.token(station, keyId));
    return given.length === expected.length && timingSafeEqual(given, expected);
  }
}

export const linkTokenIn = (authorization: string | undefined): string | undefined =>
  /^Bearer +(tsl_\S+)$/i.exec(authorization ?? '')?.[1];

export const operatorPage = (origin: string, station: string, token?: string): string =>
  `${origin}/operator/#${[station, token].filter((part) => part !== undefined).join('/')}`;
