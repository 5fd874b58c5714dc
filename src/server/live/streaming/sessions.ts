import { randomBytes, randomUUID } from 'node:crypto';
import { hashKey } from '../../keys.ts';

/** A client that may connect to the broker, and its topics. */
export interface Session {
  readonly id: string;
  readonly stationId: string | null;
  /** The id of the key with which the session was requested. The session ends with the key. */
  readonly keyId: string;
  /** The topics that the client publishes to and reads, and the topic of its will. */
  readonly topics: { readonly out: string; readonly in: string; readonly will: string };
}

/** Milliseconds that a token waits for its client, or for its client to reconnect. */
const tokenLife = 60 * 60_000;
/** Sessions of one key: the oldest make room, so that no key can displace the sessions of another. */
const mostOfKey = 50;

/** The sessions that were handed out. Their tokens are kept as hashes, and in memory only. */
export class Sessions {
  /** In the order of their age. `until` is by the monotonic clock. */
  readonly #byToken = new Map<string, { session: Session; until: number }>();

  /** Returns the token of the client, which is not available later. */
  issue(stationId: string | null, keyId: string): { session: Session; token: string } {
    this.#tidy(keyId);
    const token = randomBytes(32).toString('base64url');
    const id = randomUUID();
    const topic = (name: string): string => `sessions/${id}/${name}`;
    const session = { id, stationId, keyId, topics: { out: topic('out'), in: topic('in'), will: topic('will') } };
    this.#byToken.set(hashKey(token), { session, until: performance.now() + tokenLife });
    return { session, token };
  }

  /** Returns undefined if there is no such token, or it was not used in time. */
  find(token: string): Session | undefined {
    const found = this.#byToken.get(hashKey(token));
    return found !== undefined && found.until > performance.now() ? found.session : undefined;
  }

  end(session: Session): void {
    for (const [hash, each] of this.#byToken) if (each.session.id === session.id) this.#byToken.delete(hash);
  }

  /** Removes the expired sessions, and those of the key that are too many with a new one. */
  #tidy(keyId: string): void {
    const now = performance.now();
    const ofKey: string[] = [];
    for (const [hash, { session, until }] of this.#byToken) {
      if (until <= now) this.#byToken.delete(hash);
      else if (session.keyId === keyId) ofKey.push(hash);
    }
    for (const hash of ofKey.slice(0, Math.max(ofKey.length - mostOfKey + 1, 0))) this.#byToken.delete(hash);
  }
}
