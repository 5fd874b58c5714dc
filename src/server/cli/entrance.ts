import { Hono } from 'hono';
import { local } from '../../shared/contract/local.ts';
import { failureAnswer, json } from '../http/answers.ts';
import type { App, Environment } from '../http/mount.ts';
import { unavailable } from '../http/refusalError.ts';
import type { TlsIdentity } from './certificateFiles.ts';
import { listen, type Listening, type Upgrade } from './listen.ts';

const retryAfterSeconds = 2;

interface EntranceOptions {
  host: string;
  ports: readonly number[];
  tls: TlsIdentity | null;
  /** Of the second address, for windows on this machine, if the first speaks TLS. */
  insidePorts: readonly number[];
}

/** Where requests arrive. Until there is an app that answers them, each is refused with the reason; only `/live` is not. */
export class Entrance {
  reason = 'This station server is starting.';
  #app: App = this.#refusing();
  readonly #listening: Listening[] = [];

  /** @throws CommandError if no port can be used */
  static async open({ host, ports, tls, insidePorts }: EntranceOptions): Promise<Entrance> {
    const entrance = new Entrance();
    const fetch: App['fetch'] = (...request) => entrance.#app.fetch(...request);
    entrance.#listening.push(await listen({ fetch }, { host, ports, tls }));
    // Windows on this machine need no certificate. With one, they would depend on names and authorities of the network.
    if (tls !== null) {
      entrance.#listening.push(await listen({ fetch }, { host: '127.0.0.1', ports: insidePorts, tls: null }));
    }
    return entrance;
  }

  get insideUrl(): string {
    return this.#listening.at(-1)?.url ?? '';
  }

  /** From now on the app answers. @param upgrade handles WebSockets at the first address; null: there are none */
  admit(app: App, upgrade: Upgrade | null): void {
    this.#app = app;
    if (upgrade !== null) this.#listening[0]?.onUpgrade(upgrade);
  }

  setCertificate(identity: TlsIdentity): void {
    this.#listening[0]?.setCertificate(identity);
  }

  async drain(): Promise<void> {
    await Promise.all(this.#listening.map((each) => each.drain()));
  }

  async close(): Promise<void> {
    await Promise.all(this.#listening.map((each) => each.close()));
  }

  #refusing(): App {
    const app: App = new Hono<Environment>();
    app.get(local.live.path, () => json({ status: 'live' }));
    app.notFound((c) => {
      const answer = failureAnswer(c.req.method, c.req.path, unavailable(this.reason));
      answer.headers.set('Retry-After', String(retryAfterSeconds));
      return answer;
    });
    return app;
  }
}
