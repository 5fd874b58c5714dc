import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { MachineNames } from '../cli/machineNames.ts';
import { forbidden, type RefusalError } from './refusalError.ts';

const everywhere = ['0.0.0.0', '::'];
const loopback = ['127.0.0.1', '::1', 'localhost'];

export const withoutBrackets = (host: string): string => host.replace(/[[\]]/g, '').toLowerCase();

export const hostOf = (url: string): string => withoutBrackets(new URL(url).hostname);

/** Returns whether a `Host` header names the host of a URL. paho leaves out the brackets of an IPv6 address. */
export function isHostOf(url: string, given: string): boolean {
  const { protocol, host } = new URL(url);
  return URL.parse(`${protocol}//${given}`)?.host === host || given.toLowerCase() === withoutBrackets(host);
}

/**
 * The names and addresses by which clients reach this server.
 *
 * A web page of an attacker can point a name of its own at this machine (DNS rebinding), but it cannot hide that name
 * from the `Host` header. So the server answers to its public URL and to names that no one else can hand out: those of
 * this machine, and, when it listens beyond loopback, IP addresses, which cannot be rebound. Headers that a proxy may
 * add (`Forwarded`, `X-Forwarded-Host`) are ignored: any client can send them, and the public URL says all they could.
 */
export class Hosts {
  readonly publicUrl: string | null;
  readonly #bound: string;
  readonly #machine = new MachineNames();

  constructor(host: string, publicUrl: string | null) {
    this.publicUrl = publicUrl;
    const bare = withoutBrackets(host);
    this.#bound = domainToASCII(bare) || bare; // an IPv6 address gives nothing
  }

  async refresh(): Promise<void> {
    if (this.#isBeyondLoopback()) await this.#machine.refresh();
  }

  /**
   * Returns the origin that begins every address in the answer to a request.
   * @param given the `Host` header
   * @param port the local port of the request's connection
   * @throws RefusalError (403) if the server does not answer to this host
   */
  originFor(given: string, port: number | undefined): string {
    if (this.publicUrl !== null && isHostOf(this.publicUrl, given)) return this.publicUrl;
    const url = URL.parse(`http://${given}`);
    if (url?.href !== `${url?.origin}/`) throw forbidden(`The Host header "${given}" is not a host name with a port.`);
    if (!this.#isOwnName(withoutBrackets(url.hostname))) throw this.#refusal(given);
    const isOwnPort = url.port === '' ? port === 80 || port === 443 : Number(url.port) === port;
    if (!isOwnPort) throw this.#refusal(given);
    return this.publicUrl ?? url.origin;
  }

  accepts(given: string, port: number | undefined): boolean {
    try {
      this.originFor(given, port);
      return true;
    } catch {
      return false;
    }
  }

  forCertificate(): string[] {
    const own = everywhere.includes(this.#bound)
      ? [...this.#machine.names, ...this.#machine.addresses]
      : [this.#bound, ...(this.#isBeyondLoopback() ? this.#machine.names : [])];
    const named = this.publicUrl === null ? [] : [hostOf(this.publicUrl)];
    return [...new Set([...loopback, ...own, ...named])];
  }

  #isOwnName(name: string): boolean {
    if ([...loopback, this.#bound].includes(name)) return true;
    return this.#isBeyondLoopback() && (isIP(name) !== 0 || this.#machine.names.includes(name));
  }

  #isBeyondLoopback(): boolean {
    return !loopback.includes(this.#bound);
  }

  #refusal(given: string): RefusalError {
    return forbidden(
      `This server does not answer to the host "${given}". If clients reach it by that address, start the server with ` +
        `--public-url, such as --public-url http://${given}; a proxy should pass the Host header on.`,
    );
  }
}
