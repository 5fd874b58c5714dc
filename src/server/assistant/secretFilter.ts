import { withoutInvisible } from '../../shared/assistant/untrustedText.ts';

/** Keys and link tokens that this product creates, in full, and the signature of an address that opens an attachment. */
const forms = /ts[usl]_[\w-]{43}|(?<=(?:[?&;]|%3F|%26|%3B)signature(?:=|%3D))[\w-]+/gi;

/** Below this length, a key that a person chose could be an ordinary word of an answer. */
const minSecretLength = 16;

/**
 * Removes secrets from JSON texts: scripts and people may have written one into a name, a log line or an argument. Characters
 * that nobody sees are removed first, because a secret that contains them would be whole again without them.
 */
export class SecretFilter {
  readonly #secrets: readonly string[];

  /** @param secrets of this server, which have no form by which they could be found */
  constructor(secrets: readonly string[]) {
    this.#secrets = secrets.map(inJson);
  }

  /** @param authorization the header of the caller, whose key may be one that a person chose */
  clean(json: string, authorization: string): string {
    const own = inJson(authorization.replace(/^Bearer +/i, '').trim());
    return [...this.#secrets, own]
      .filter(({ length }) => length >= minSecretLength)
      .reduce((rest, secret) => rest.replaceAll(secret, '…'), withoutInvisible(json))
      .replace(forms, '…');
  }
}

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);
