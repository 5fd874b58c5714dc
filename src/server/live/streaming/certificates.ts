import { webcrypto, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';

export interface Certificates {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

const dayMs = 24 * 60 * 60 * 1000;
const lifetimeMs = 5 * 365 * dayMs;
const renewalMs = 90 * dayMs;
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const names = { authority: 'ca.pem', certificate: 'server.pem', key: 'server.key' } as const;

/**
 * Returns the certificates of the data folder. They are created at the first start, when their end is near, and when the
 * server has a name or an address that they do not cover. The authority's own key is not stored: it signs nothing else.
 * @param folder for the files alone
 * @param hosts names and addresses of the server
 */
export async function findCertificates(
  folder: string,
  hosts: readonly string[],
  now = Date.now(),
): Promise<Certificates> {
  const found = read(folder);
  if (found !== null && isUsable(found, hosts, now)) return found;
  const created = await create(hosts, now);
  write(folder, created);
  return created;
}

function read(folder: string): Certificates | null {
  if (!Object.values(names).every((name) => existsSync(join(folder, name)))) return null;
  const text = (name: string): string => readFileSync(join(folder, name), 'utf8');
  return { authority: text(names.authority), certificate: text(names.certificate), key: text(names.key) };
}

function isUsable({ authority, certificate }: Certificates, hosts: readonly string[], now: number): boolean {
  try {
    const ca = new X509Certificate(authority);
    const own = new X509Certificate(certificate);
    const ends = Math.min(ca.validToDate.getTime(), own.validToDate.getTime());
    const names = own.subjectAltName?.split(', ') ?? [];
    const named = hosts.every((host) => (isIP(host) ? own.checkIP(host) !== undefined : names.includes(`DNS:${host}`)));
    return own.verify(ca.publicKey) && named && ends - now > renewalMs && own.validFromDate.getTime() <= now;
  } catch {
    return false; // incomplete or of another program, so it is created again
  }
}

/** The files are written to a new folder first, so that the three always belong together. */
function write(folder: string, { authority, certificate, key }: Certificates): void {
  const fresh = `${folder}.part`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true, mode: 0o700 });
  const texts = { [names.authority]: authority, [names.certificate]: certificate, [names.key]: key };
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(fresh, name), text, { mode: 0o600 });
  rmSync(folder, { recursive: true, force: true });
  renameSync(fresh, folder);
}

async function create(hosts: readonly string[], now: number): Promise<Certificates> {
  const x509 = await loadX509();
  const valid = { notBefore: new Date(now - dayMs), notAfter: new Date(now + lifetimeMs), signingAlgorithm: algorithm };
  const caKeys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=Test Stations on ${hostname().replace(/[^\w.-]/g, '-')}`,
    keys: caKeys,
    ...valid,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(caKeys.publicKey),
    ],
  });
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: 'CN=Test Stations server',
    issuer: authority.subject,
    publicKey: keys.publicKey,
    signingKey: caKeys.privateKey,
    ...valid,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        hosts.map((value) => ({ type: isIP(value) ? 'ip' : 'dns', value }) as const),
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(caKeys.publicKey),
    ],
  });
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    authority: `${authority.toString('pem')}\n`,
    certificate: `${certificate.toString('pem')}\n`,
    key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY'),
  };
}

/** Loaded only if certificates are created. It needs `reflect-metadata` to be loaded before. */
async function loadX509(): Promise<typeof import('@peculiar/x509')> {
  await import('reflect-metadata');
  return import('@peculiar/x509');
}
