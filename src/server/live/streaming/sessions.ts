import { randomBytes, randomUUID } from 'node:crypto';
import { hashKey } from '../../keys.ts';

export interface Session {
  readonly id: string;
  readonly stationId: string | null;
  readonly keyId: string;
  readonly topics: { readonly out: string; readonly in: string; readonly will: string };
}

const tokenLifetimeMs = 60 * 60_000;
const maxSessionsPerKey = 50;

/** The sessions of clients. Their tokens are stored as hashes and in memory only. */
export class Sessions {
  readonly #byToken = new Map<string, { session: Session; until: number }>();

  issue(stationId: string | null, keyId: string): { session: Session; token: string } {
    this.#removeOld(keyId);
    const token = randomBytes(32).toString('base64url');
    const id = randomUUID();
    const topic = (name: string): string => `sessions/${id}/${name}`;
    const session = { id, stationId, keyId, topics: { out: topic('out'), in: topic('in'), will: topic('will') } };
    this.#byToken.set(hashKey(token), { session, until: performance.now() + tokenLifetimeMs });
    return { session, token };
  }

  find(token: string): Session | undefined {
    const found = this.#byToken.get(hashKey(token));
    return found !== undefined && found.until > performance.now() ? found.session : undefined;
  }

  get keyIds(): string[] {
    return [...this.#byToken.values()].map(({ session }) => session.keyId);
  }

  endKey(keyId: string): void {
    for (const [hash, { session }] of this.#byToken) if (session.keyId === keyId) this.#byToken.delete(hash);
  }

  #removeOld(keyId: string): void {
    const now = performance.now();
    const ofKey: string[] = [];
    for (const [hash, { session, until }] of this.#byToken) {
      if (until <= now) this.#byToken.delete(hash);
      else if (session.keyId === keyId) ofKey.push(hash);
    }
    for (const hash of ofKey.slice(0, Math.max(ofKey.length - maxSessionsPerKey + 1, 0))) this.#byToken.delete(hash);
  }
}
