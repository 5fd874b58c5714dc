import { withoutInvisible } from '../../shared/assistant/untrustedText.ts';

/** Keys and link tokens that this product creates, and the signature of an address that opens an attachment. */
const forms = /ts[usl]_[\w-]{43}|(?<=(?:[?&;]|%3F|%26|%3B)signature(?:=|%3D))[\w-]+/gi;

/** Below this length, a key that a person chose could be an ordinary word of an answer. */
const minSecretLength = 16;

/**
 * Removes secrets from texts, because scripts and people may have written one into a name, a log line or an argument.
 * Invisible characters are removed first, because they could be written into a secret in order to hide it from this filter.
 */
export class SecretFilter {
  readonly #secrets: readonly string[];

  /** @param secrets of this server, which have no form by which they could be found */
  constructor(secrets: readonly string[]) {
    this.#secrets = secrets;
  }

  /**
   * It is applied to values that are valid already, because a schema may refuse what replaces a secret.
   * @param authorization the header of the caller, whose key may be one that a person chose
   */
  clean<T>(value: T, authorization: string): T {
    const own = authorization.replace(/^Bearer +/i, '').trim();
    const secrets = [...this.#secrets, own].filter(({ length }) => length >= minSecretLength);
    return mapTexts(value, (text) =>
      secrets.reduce((rest, secret) => rest.replaceAll(secret, '…'), withoutInvisible(text)).replace(forms, '…'),
    );
  }
}

function mapTexts<T>(value: T, change: (text: string) => string): T;
function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((each: unknown) => mapTexts(each, change));
  // Integers beyond 2^53 are objects of a class, and contain no text.
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [change(key), mapTexts<unknown>(part, change)]));
}
