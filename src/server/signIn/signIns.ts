import { randomBytes, randomInt } from 'node:crypto';
import { forbidden, notFound, RefusalError, tooMany } from '../http/refusalError.ts';
import { createToken, hasHash, hashKey } from '../keys.ts';
import type { Person, ProviderRequest } from './provider.ts';

export const signInMinutes = 10;
const maxSignIns = 1_000;

/** Without vowels and letters that look alike, so that a code is no word and is read correctly. */
const letters = 'BCDFGHJKMPQRTVWX';

interface SignedIn {
  readonly userId: string;
  readonly person: Person;
}

export interface SignIn {
  readonly id: string;
  readonly secretHash: string;
  readonly code: string;
  readonly endsAtMs: number;
  /** The browser that has opened the address first, which continues alone. */
  browserHash: string | null;
  request: ProviderRequest | null;
  person: Person | null;
  formToken: string;
  result: SignedIn | { readonly refusal: RefusalError } | null;
}

const unknown = (): RefusalError =>
  notFound('This sign-in was finished or replaced, or is older than ten minutes. Start it again in VS Code.');

/** The sign-ins that have begun and have not ended. They are in memory only, and their number is limited. */
export class SignIns {
  readonly #monotonicMs: () => number;
  /** By id, the oldest first. */
  readonly #signIns = new Map<string, SignIn>();

  constructor(monotonicMs = () => performance.now()) {
    this.#monotonicMs = monotonicMs;
  }

  get size(): number {
    return this.#signIns.size;
  }

  /** @throws RefusalError (429) if too many people sign in */
  begin(): { id: string; secret: string; code: string } {
    this.#makeRoom();
    const secret = createToken();
    const signIn: SignIn = {
      id: randomBytes(16).toString('base64url'),
      secretHash: hashKey(secret),
      code: createCode(),
      endsAtMs: this.#monotonicMs() + signInMinutes * 60_000,
      browserHash: null,
      request: null,
      person: null,
      formToken: createToken(),
      result: null,
    };
    this.#signIns.set(signIn.id, signIn);
    return { id: signIn.id, secret, code: signIn.code };
  }

  /** The first browser owns the sign-in. @param browser the token of its cookie @throws RefusalError (403, 404) */
  open(id: string, browser: string): SignIn {
    const signIn = this.#find(id);
    signIn.browserHash ??= hashKey(browser);
    return requireBrowser(signIn, browser);
  }

  /** Returns the sign-in that waits for an answer of the provider, once. @throws RefusalError (403, 404) */
  takeAnswered(state: string, browser: string): { signIn: SignIn; request: ProviderRequest } {
    this.#removeOld();
    const signIn = [...this.#signIns.values()].find(({ request }) => request?.state === state);
    if (!signIn?.request || signIn.person !== null) throw unknown();
    requireBrowser(signIn, browser);
    const { request } = signIn;
    signIn.request = null;
    return { signIn, request };
  }

  /** From now on, the person can confirm the sign-in. A form that was shown for another person is not valid any more. */
  setPerson(signIn: SignIn, person: Person): void {
    signIn.person = person;
    signIn.formToken = createToken();
  }

  /** Returns the sign-in whose form was sent. @throws RefusalError (403, 404) */
  confirmed(id: string, browser: string, formToken: string): SignIn & { readonly person: Person } {
    const signIn = requireBrowser(this.#find(id), browser);
    const { person } = signIn;
    if (person === null || signIn.result !== null) throw unknown();
    if (!hasHash(formToken, hashKey(signIn.formToken))) throw forbidden('This form is not of this sign-in.');
    return Object.assign(signIn, { person });
  }

  /** Returns who was signed in, once; null until the browser has confirmed it. @throws RefusalError */
  take(id: string, secret: string): SignedIn | null {
    const signIn = this.#find(id);
    if (!hasHash(secret, signIn.secretHash)) throw unknown();
    if (signIn.result === null) return null;
    this.#signIns.delete(id);
    if ('refusal' in signIn.result) throw signIn.result.refusal;
    return signIn.result;
  }

  #find(id: string): SignIn {
    this.#removeOld();
    const signIn = this.#signIns.get(id);
    if (signIn === undefined) throw unknown();
    return signIn;
  }

  #removeOld(): void {
    const now = this.#monotonicMs();
    for (const { id, endsAtMs } of this.#signIns.values()) {
      if (endsAtMs > now) return;
      this.#signIns.delete(id);
    }
  }

  /** Anyone can begin a sign-in. One whose person the provider has named is not replaced by those of others. */
  #makeRoom(): void {
    this.#removeOld();
    if (this.#signIns.size < maxSignIns) return;
    const replaced = [...this.#signIns.values()].find(({ person }) => person === null);
    if (replaced === undefined) throw tooMany('Too many people are signing in. Try again in a few minutes.');
    this.#signIns.delete(replaced.id);
  }
}

function requireBrowser(signIn: SignIn, browser: string): SignIn {
  if (signIn.browserHash !== null && hasHash(browser, signIn.browserHash)) return signIn;
  throw forbidden(
    'This sign-in was opened in another browser or profile, or this browser refuses cookies. Start it again in VS Code, and continue in the browser that opens.',
  );
}

function createCode(): string {
  const four = (): string => Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join('');
  return `${four()}-${four()}`;
}
