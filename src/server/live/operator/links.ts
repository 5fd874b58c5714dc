import { createHmac } from 'node:crypto';
import { bearerIn, hasHash, hashKey } from '../../keys.ts';

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

  isGenuine(token: string, station: string, keyId: string): boolean {
    return hasHash(token, hashKey(this.token(station, keyId)));
  }
}

export function linkTokenIn(authorization: string | undefined): string | undefined {
  const token = bearerIn(authorization);
  return token.toLowerCase().startsWith(prefix) ? token : undefined;
}

export const operatorPage = (origin: string, station: string, token?: string): string =>
  `${origin}/operator/#${[station, token].filter((part) => part !== undefined).join('/')}`;
