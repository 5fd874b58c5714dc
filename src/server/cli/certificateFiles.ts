import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { isIP } from 'node:net';
import { serverExit } from '../../shared/contract/local.ts';
import { messageOf } from '../../shared/format/messageOf.ts';
import { log } from '../log.ts';
import { CommandError } from './commandError.ts';

const watchIntervalMs = 5_000;

export interface CertificatePaths {
  readonly cert: string;
  readonly key: string;
}

export interface TlsIdentity {
  readonly cert: string;
  readonly key: string;
}

/**
 * Reads the certificate that the server shows. A certificate that has expired or is not valid yet gets a warning on
 * stderr, because a server with a wrong clock, or one that waits for its renewed certificate, should still start.
 * @param host the host of the public URL, which the certificate has to cover
 * @throws CommandError if a file is unreadable or wrong, or the two do not belong together
 */
export function readCertificate(paths: CertificatePaths, host: string, now = Date.now()): TlsIdentity {
  const cert = readText(paths.cert, '--cert');
  const key = readText(paths.key, '--key');
  const certificate = parse(paths.cert, '--cert', 'a certificate in PEM', () => new X509Certificate(cert));
  if (/-----BEGIN ENCRYPTED|^Proc-Type:.*ENCRYPTED/m.test(key)) {
    throw usageError(`The private key ${paths.key} has a passphrase. Give --key a file without one.`);
  }
  const privateKey = parse<KeyObject>(paths.key, '--key', 'a private key in PEM', () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey)) {
    throw usageError(
      `The certificate ${paths.cert} and the private key ${paths.key} do not belong together. ` +
        'Check --cert, whose first certificate must be the server’s own, and --key.',
    );
  }
  if ((isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) === undefined) {
    throw usageError(
      `The certificate ${paths.cert} is not for ${host}, the host of --public-url, but for ` +
        `${certificate.subjectAltName ?? 'no host'}. Use the certificate of that host, or correct --public-url.`,
    );
  }
  const { validFromDate, validToDate } = certificate;
  if (validToDate.getTime() <= now) warn(paths, `expired on ${validToDate.toISOString()}`);
  if (validFromDate.getTime() > now) warn(paths, `is not valid before ${validFromDate.toISOString()}`);
  return { cert, key };
}

/** Files that are wrong are reported, and the earlier certificate stays in use. @returns a function that ends the watch */
export function watchCertificate(
  paths: CertificatePaths,
  host: string,
  changed: (identity: TlsIdentity) => void,
): () => void {
  const read = (): void => {
    try {
      changed(readCertificate(paths, host));
      log.info(`The certificate ${paths.cert} has changed and is in use now.`);
    } catch (error) {
      log.error(`The earlier certificate stays in use. ${messageOf(error)}`);
    }
  };
  const files = [paths.cert, paths.key];
  for (const file of files) watchFile(file, { interval: watchIntervalMs, persistent: false }, read);
  return () => {
    for (const file of files) unwatchFile(file, read);
  };
}

function readText(path: string, option: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw usageError(`The file ${path} of ${option} cannot be read (${messageOf(error)}).`);
  }
}

function parse<T>(path: string, option: string, kind: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw usageError(`The file ${path} of ${option} is not ${kind} (${messageOf(error)}).`);
  }
}

function warn({ cert }: CertificatePaths, problem: string): void {
  log.warning(`Warning: the certificate ${cert} ${problem}. Clients refuse it until you replace it.`);
}

const usageError = (message: string): CommandError => new CommandError(serverExit.usage, message);
