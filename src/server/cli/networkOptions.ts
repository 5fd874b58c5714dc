import type { CertificatePaths } from './certificateFiles.ts';
import type { CommandValues } from './commandValues.ts';
import { usageError } from './usage.ts';

export interface NetworkOptions {
  /** Null: the port of the last start if it is free, otherwise any free port. */
  port: number | null;
  host: string;
  publicUrl: string | null;
  certificate: CertificatePaths | null;
  mqttPort: number | null;
}

export function readNetworkOptions(values: CommandValues): NetworkOptions {
  const publicUrl = values['public-url'] === undefined ? null : readPublicUrl(values['public-url']);
  const certificate = readCertificatePaths(values, publicUrl);
  const mqttPort = values['mqtt-port'] === undefined ? null : readPort('--mqtt-port', values['mqtt-port']);
  if (mqttPort !== null && publicUrl?.startsWith('https:')) {
    throw usageError(`--mqtt-port does not go with ${publicUrl}: the live streams use that address. Leave it out.`);
  }
  const given = values.port === undefined ? null : readPort('--port', values.port);
  const port = given ?? (certificate === null || publicUrl === null ? null : Number(new URL(publicUrl).port || 443));
  return { port, host: values.host ?? '127.0.0.1', publicUrl, certificate, mqttPort };
}

function readPublicUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw usageError(
      `--public-url must be the address by which clients reach the server, such as https://stations.example.com, and is "${text}".`,
    );
  }
  if (url.pathname !== '/') {
    throw usageError(
      `--public-url has the path ${url.pathname}, and the server cannot be reached below a path: the official clients ` +
        `take a host alone. Give it a host name or a port of its own, such as ${url.origin}.`,
    );
  }
  if (url.username || url.password || url.search || url.hash) {
    throw usageError(`--public-url must be a scheme and a host alone, such as ${url.origin}, and is "${text}".`);
  }
  if (['0.0.0.0', '[::]'].includes(url.hostname)) {
    throw usageError(
      `--public-url is ${text}, which names all addresses of this machine. Give the name or address that clients use; ` +
        `what to listen on is said by --host.`,
    );
  }
  return url.origin;
}

function readCertificatePaths({ cert, key }: CommandValues, publicUrl: string | null): CertificatePaths | null {
  if (cert === undefined && key === undefined) return null;
  if (!cert || !key) throw usageError(`${cert ? '--key' : '--cert'} FILE is missing: --cert and --key go together.`);
  if (publicUrl?.startsWith('https:')) return { cert, key };
  throw usageError(
    '--cert needs --public-url with the address of the certificate, such as --public-url https://stations.example.com.',
  );
}

function readPort(option: string, text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (port <= 65_535) return port;
  throw usageError(`${option} must be a number from 0 to 65535 and is "${text}".`);
}
