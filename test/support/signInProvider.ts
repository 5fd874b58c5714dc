import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider, { type Configuration } from 'oidc-provider';

export const clientId = 'test-stations';
export const clientSecret = 'the-secret-of-the-station-server';

/** What the provider says about a person, apart from the subject. */
export type Claims = Record<string, unknown>;

interface ProviderSettings {
  /** Default: the address at which it listens. */
  readonly issuer?: string;
  readonly configuration?: Configuration;
}

/** An OpenID Connect provider on the loopback address. People sign in with their subject and any password. */
export class SignInProvider {
  readonly people = new Map<string, Claims>();
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server, url: string) {
    this.#server = server;
    this.url = url;
  }

  /** @param redirectUri the address that is registered for the client */
  static async start(redirectUri: string, { issuer, configuration }: ProviderSettings = {}): Promise<SignInProvider> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}`;
    const started = new SignInProvider(server, url);
    const provider = new Provider(issuer ?? url, {
      clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirectUri] }],
      cookies: { keys: ['a-key-for-the-cookies-of-the-tests'] },
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'preferred_username'] },
      pkce: { required: () => true },
      findAccount: (_context, sub) => ({
        accountId: sub,
        claims: () => ({ sub, ...started.people.get(sub) }),
      }),
      // The test client belongs to the lab, so no consent page is shown.
      loadExistingGrant: async ({ oidc }) => {
        const grant = new oidc.provider.Grant({ clientId, accountId: oidc.session?.accountId ?? '' });
        grant.addOIDCScope('openid email profile');
        await grant.save();
        return grant;
      },
      ...configuration,
    });
    const handle = provider.callback();
    server.on('request', (request, response) => void handle(request, response));
    return started;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
