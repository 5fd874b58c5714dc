import { randomBytes, randomUUID } from 'node:crypto';
import { hashKey } from '../keys.ts';

/** Who may connect to the broker, for what. */
export interface Session {
  readonly id: string;
  readonly stationId: string | null;
  /** Of the key with which it was asked for: it ends with that key. */
  readonly keyId: string;
  /** What the client publishes to, what it reads, and what tells of its death. */
  readonly topics: { readonly out: string; readonly in: string; readonly will: string };
}

/** Milliseconds that a token waits for its client, or for its client to come back. */
const tokenLife = 60 * 60_000;
/** So many sessions wait for their client at most: the oldest make room. */
const mostWaiting = 1_000;

/** The sessions that were handed out. Their tokens are kept as hashes, and in memory alone. */
export class Sessions {
  /** `until` is by the clock that nobody sets. */
  readonly #byToken = new Map<string, { session: Session; until: number }>();

  /** @returns the token for the client, in this one answer only */
  issue(stationId: string | null, keyId: string): { session: Session; token: string } {
    this.#tidy();
    const token = randomBytes(32).toString('base64url');
    const id = randomUUID();
    const topic = (name: string): string => `sessions/${id}/${name}`;
    const session = { id, stationId, keyId, topics: { out: topic('out'), in: topic('in'), will: topic('will') } };
    this.#byToken.set(hashKey(token), { session, until: performance.now() + tokenLife });
    return { session, token };
  }

  /** @returns undefined when it is nobody's, or was not used in time */
  find(token: string): Session | undefined {
    const found = this.#byToken.get(hashKey(token));
    return found !== undefined && found.until > performance.now() ? found.session : undefined;
  }

  end(session: Session): void {
    for (const [hash, each] of this.#byToken) if (each.session.id === session.id) this.#byToken.delete(hash);
  }

  #tidy(): void {
    const now = performance.now();
    for (const [hash, { until }] of this.#byToken) {
      if (until > now && this.#byToken.size < mostWaiting) break; // the oldest stand first
      this.#byToken.delete(hash);
    }
  }
}
