import type { Role } from '../../shared/contract/operation.ts';

export interface ProviderOptions {
  readonly issuer: string;
  readonly clientId: string;
  /** Null for a client without a secret, which is protected by PKCE alone. */
  readonly clientSecret: string | null;
  /** Whose e-mail addresses get a new account. Without one, only people who have an account can sign in. */
  readonly domains: readonly string[];
  /** The role of new accounts. */
  readonly role: Role;
  /** Whether e-mail addresses count as verified if the provider does not say whether they are. */
  readonly trustsEmails: boolean;
}

export interface Person {
  readonly issuer: string;
  readonly subject: string;
  /** Null if the provider names none that a user can have. */
  readonly name: string | null;
  /** Null if the provider names none, or has not verified it. */
  readonly email: string | null;
}

export interface ProviderRequest {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

export interface Provider {
  /** @throws an error that `problemOf` explains */
  request(): Promise<{ address: string; request: ProviderRequest }>;
  /** @param query of the address to which the provider has sent the browser. @throws an error that `problemOf` explains */
  personOf(query: string, request: ProviderRequest): Promise<Person>;
  /** Explains an error to the person in the browser, and to the administrator. Neither text contains a token. */
  problemOf(error: unknown): { message: string; logged: string };
}

export interface SignInOptions {
  readonly provider: ProviderOptions;
  readonly publicUrl: string;
}
