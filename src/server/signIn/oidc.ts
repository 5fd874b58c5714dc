import * as client from 'openid-client';
import * as z from 'zod';
import { accounts, userName } from '../../shared/contract/accounts.ts';
import { messageOf } from '../../shared/format/messageOf.ts';
import { asSentence, oneLine, withoutIsolates } from '../../shared/format/oneLine.ts';
import type { Person, Provider, ProviderOptions, ProviderRequest } from './provider.ts';

const timeoutSeconds = 10;
const clockToleranceSeconds = 60;

const claims = z.object({
  sub: z.string().min(1).max(255),
  email: z.string().optional().catch(undefined),
  /** Some providers send it as text. */
  email_verified: z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]).optional(),
  name: z.string().optional().catch(undefined),
  preferred_username: z.string().optional().catch(undefined),
});

/** Uses an OpenID Connect provider with the authorization code flow, PKCE, state and nonce. */
export class OidcProvider implements Provider {
  readonly #options: ProviderOptions;
  readonly #redirectUri: string;
  readonly #host: string;
  #configuration: Promise<client.Configuration> | undefined;

  constructor(options: ProviderOptions, redirectUri: string) {
    this.#options = options;
    this.#redirectUri = redirectUri;
    this.#host = new URL(options.issuer).host;
  }

  async request(): Promise<{ address: string; request: ProviderRequest }> {
    const configuration = await this.#discovered();
    const verifier = client.randomPKCECodeVerifier();
    const request = { state: client.randomState(), nonce: client.randomNonce(), verifier };
    const address = client.buildAuthorizationUrl(configuration, {
      redirect_uri: this.#redirectUri,
      scope: 'openid email profile',
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state: request.state,
      nonce: request.nonce,
    });
    return { address: address.href, request };
  }

  async personOf(query: string, { state, nonce, verifier }: ProviderRequest): Promise<Person> {
    const configuration = await this.#discovered();
    const { issuer, userinfo_endpoint } = configuration.serverMetadata();
    const tokens = await client.authorizationCodeGrant(configuration, new URL(this.#redirectUri + query), {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
    });
    const idToken = tokens.claims();
    const subject = idToken?.sub ?? '';
    const further =
      userinfo_endpoint === undefined ? {} : await client.fetchUserInfo(configuration, tokens.access_token, subject);
    return personFrom(issuer, claims.parse({ ...further, ...idToken }), this.#options.trustsEmails);
  }

  #discovered(): Promise<client.Configuration> {
    this.#configuration ??= this.#discover().catch((error: unknown) => {
      this.#configuration = undefined; // The provider may be down.
      throw error;
    });
    return this.#configuration;
  }

  async #discover(): Promise<client.Configuration> {
    const { issuer, clientId, clientSecret } = this.#options;
    const metadata = { [client.clockTolerance]: clockToleranceSeconds };
    return client.discovery(new URL(issuer), clientId, metadata, authentication(clientSecret), {
      timeout: timeoutSeconds,
      execute: [
        // The signature of ID tokens is checked, although they come from the provider itself.
        client.enableNonRepudiationChecks,
        ...(issuer.startsWith('http:') ? [client.allowInsecureRequests] : []),
      ],
    });
  }

  problemOf(error: unknown): { message: string; logged: string } {
    // The message of the cause is of the network or of the provider. Other properties may contain tokens.
    const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : '';
    const logged = `Signing in with ${this.#options.issuer} failed: ${oneLine(messageOf(error) + cause, 500)}`;
    if (error instanceof client.AuthorizationResponseError) {
      const reason = asSentence(oneLine(error.error_description ?? error.error));
      return { message: `${this.#host} refused the sign-in: ${reason}`, logged };
    }
    const isUnreachable =
      error instanceof TypeError || (error instanceof client.ClientError && error.code === 'OAUTH_TIMEOUT');
    const message = isUnreachable
      ? `The station server cannot reach ${this.#host}. Try again later.`
      : `The answer of ${this.#host} was not accepted. Try again. If that does not help, ask an administrator of this server: its log says why.`;
    return { message, logged };
  }
}

/** Sends the secret in the way that each provider must support. */
const authentication = (secret: string | null): client.ClientAuth =>
  secret === null ? client.None() : client.ClientSecretBasic(secret);

function personFrom(issuer: string, person: z.output<typeof claims>, trustsEmails: boolean): Person {
  const isVerified = person.email_verified ?? trustsEmails;
  const email = accounts.create.body.shape.email.safeParse(person.email);
  const names = [person.name, person.preferred_username].map((each) => userName.safeParse(plainName(each ?? '')));
  return {
    issuer,
    subject: person.sub,
    name: names.find(({ success }) => success)?.data ?? null,
    email: isVerified && email.success ? email.data : null,
  };
}

const maxNameLength = 60;
const plainName = (text: string): string => withoutIsolates(oneLine(text, maxNameLength - 1)).trim();
