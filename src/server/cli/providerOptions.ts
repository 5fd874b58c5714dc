import { accounts } from '../../shared/contract/accounts.ts';
import type { ProviderOptions } from '../signIn/provider.ts';
import type { CommandValues } from './commandValues.ts';
import { usageError } from './usage.ts';

/** Without the secret, which is in the environment. */
export type GivenProvider = Omit<ProviderOptions, 'clientSecret'>;

/** @throws CommandError when an option is missing or wrong */
export function readProviderOptions(values: CommandValues, publicUrl: string | null): GivenProvider | null {
  const issuer = values['oidc-issuer'];
  const clientId = values['oidc-client-id'];
  const { 'oidc-domain': domains = [], 'oidc-role': role, 'oidc-trust-emails': trustsEmails = false } = values;
  if (issuer === undefined) {
    const lonely = Object.entries(values).find(([name]) => name.startsWith('oidc-'));
    if (lonely !== undefined) throw usageError(`--${lonely[0]} goes with --oidc-issuer.`);
    return null;
  }
  if (!clientId)
    throw usageError('--oidc-client-id ID is missing: how the provider of --oidc-issuer names this server.');
  if (publicUrl === null) {
    throw usageError('--oidc-issuer needs --public-url: the address to which the provider sends browsers back.');
  }
  if (role !== undefined && domains.length === 0) {
    throw usageError('--oidc-role goes with --oidc-domain: only people of these domains get a new account.');
  }
  return {
    issuer: readIssuer(issuer),
    clientId,
    domains: domains.map(readDomain),
    role: readRole(role ?? 'viewer'),
    trustsEmails,
  };
}

function readIssuer(text: string): string {
  const url = URL.parse(text);
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(url?.hostname ?? '');
  const isUsable = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback);
  if (!isUsable || url.search || url.hash || url.username || url.password) {
    throw usageError(
      `--oidc-issuer must be an https address without a query, such as https://login.lab.example, and is "${text}".`,
    );
  }
  return text;
}

function readDomain(text: string): string {
  const domain = text.toLowerCase();
  if (accounts.create.body.shape.email.safeParse(`someone@${domain}`).success) return domain;
  throw usageError(
    `--oidc-domain must be the part of e-mail addresses after the @, such as lab.example, and is "${text}".`,
  );
}

function readRole(text: string): 'viewer' | 'engineer' {
  if (text === 'viewer' || text === 'engineer') return text;
  throw usageError(`--oidc-role must be viewer or engineer and is "${text}".`);
}
