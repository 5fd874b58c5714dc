import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';

/**
 * What a script's client needs to trust a server with a certificate of a company's own authority. Python's HTTP clients
 * take one file in place of their own list, so the public authorities are in it too.
 * @param folder where the file is kept @param caFile certificates in PEM; undefined: nothing is needed
 */
export async function trustEnvironment(folder: string, caFile: string | undefined): Promise<Record<string, string>> {
  if (caFile === undefined) return {};
  const all = [await readFile(caFile, 'utf8'), ...rootCertificates].join('\n');
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'trusted-certificates.pem');
  await writeFile(file, all);
  return { REQUESTS_CA_BUNDLE: file, SSL_CERT_FILE: file }; // requests, used by v1; httpx, used by v2
}
