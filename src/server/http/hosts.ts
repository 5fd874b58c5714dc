import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { forbidden } from '../refusal.ts';

const everywhere = ['0.0.0.0', '::'];
const bare = (host: string): string => host.replace(/^\[|\]$/g, '').toLowerCase();

/**
 * Refuses requests that name another host than this server: a web page of an attacker can point a name of its own at
 * 127.0.0.1 (DNS rebinding), but it cannot hide that name. A server on all addresses takes any bare address, which
 * cannot be rebound, and the computer's name.
 * @param given the `Host` header
 * @param bound what the server listens on
 * @throws Refusal (403)
 */
export function checkHost(given: string, bound: string, port: number | undefined): void {
  const url = URL.parse(`http://${given}`);
  const host = bare(url?.hostname ?? '');
  const named = ['127.0.0.1', 'localhost', '::1', bare(bound)].includes(host);
  const anywhere = everywhere.includes(bare(bound)) && (isIP(host) !== 0 || host === hostname().toLowerCase());
  if ((named || anywhere) && Number(url?.port || 80) === port) return;
  throw forbidden(`This server does not answer for the host "${given}". Start it with --host to use another name.`);
}
