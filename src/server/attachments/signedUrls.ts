import { createHmac } from 'node:crypto';
import { forbidden } from '../http/refusalError.ts';
import { hasHash, hashKey } from '../keys.ts';

const lifetimeMs = 60 * 60 * 1000;

/** URLs that authorize uploads and downloads. The secret of the data folder keeps them valid over a restart. */
export class SignedUrls {
  readonly #secret: string;

  constructor(secret: string) {
    this.#secret = secret;
  }

  sign(method: string, path: string): string {
    const expires = String(Date.now() + lifetimeMs);
    return `${path}?expires=${expires}&signature=${this.#signature(method, path, expires)}`;
  }

  /** @throws RefusalError if the URL was not signed by this server for this method, or has expired */
  check(method: string, path: string, query: { expires: string | undefined; signature: string | undefined }): void {
    const expected = this.#signature(method, path, query.expires ?? '');
    if (!hasHash(query.signature ?? '', hashKey(expected)) || Number(query.expires) < Date.now()) {
      throw forbidden('This address is no longer valid. Ask the server for a new one.');
    }
  }

  #signature(method: string, path: string, expires: string): string {
    return createHmac('sha256', this.#secret).update(`${method}\n${path}\n${expires}`).digest('base64url');
  }
}
