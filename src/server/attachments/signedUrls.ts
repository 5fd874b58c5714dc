import { createHmac, timingSafeEqual } from 'node:crypto';
import { forbidden } from '../http/refusalError.ts';

const lifetimeMillis = 60 * 60 * 1000;

/**
 * URLs that carry their own authority, for uploads and downloads without a key. The secret is the
 * data folder's, so that a URL lives on when the server starts again.
 */
export class SignedUrls {
  readonly #secret: string;

  constructor(secret: string) {
    this.#secret = secret;
  }

  /** @returns path and query, good for one hour. */
  sign(method: string, path: string): string {
    const expires = String(Date.now() + lifetimeMillis);
    return `${path}?expires=${expires}&signature=${this.#signature(method, path, expires)}`;
  }

  /** @throws Refusal when the URL was not signed here for this method, or is too old. */
  check(method: string, path: string, query: { expires: string | undefined; signature: string | undefined }): void {
    const expected = Buffer.from(this.#signature(method, path, query.expires ?? ''));
    const given = Buffer.from(query.signature ?? '');
    const genuine = given.length === expected.length && timingSafeEqual(given, expected);
    if (!genuine || Number(query.expires) < Date.now()) {
      throw forbidden('This address is no longer valid. Ask the server for a new one.');
    }
  }

  #signature(method: string, path: string, expires: string): string {
    return createHmac('sha256', this.#secret).update(`${method}\n${path}\n${expires}`).digest('base64url');
  }
}
