import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tls from 'node:tls';
import type { Trust } from '../../connection/server.ts';

/**
 * What a script's client needs to trust its server. Python takes one file in place of its own list, so what it trusts
 * anyway is in it too: the public authorities, this computer's, and those of an `SSL_CERT_FILE` of the user's.
 * @param folder where the file is kept @param trust undefined: nothing is needed
 */
export async function trustEnvironment(folder: string, trust: Trust | undefined): Promise<Record<string, string>> {
  if (trust === undefined) return {};
  const all = [...new Set([await readFile(trust.file, 'utf8'), ...(await trustedAnyway())])].join('\n');
  // Named by what is in it: another window may run scripts for another server.
  const file = join(folder, `trusted-${createHash('sha256').update(all).digest('hex').slice(0, 16)}.pem`);
  await mkdir(folder, { recursive: true });
  await writeFile(`${file}.part`, all);
  await rename(`${file}.part`, file); // a script that starts meanwhile sees a whole file
  if (trust.of === 'streams') return { SSL_CERT_FILE: file };
  return { REQUESTS_CA_BUNDLE: file, SSL_CERT_FILE: file }; // requests, used by v1; httpx, used by v2
}

async function trustedAnyway(): Promise<string[]> {
  const own = process.env['SSL_CERT_FILE'];
  const users = own === undefined ? '' : await readFile(own, 'utf8').catch(() => ''); // Python, too, goes on without it
  return [users, ...tls.rootCertificates, ...systemCertificates()];
}

/** None where this Node cannot tell. */
function systemCertificates(): string[] {
  try {
    return tls.getCACertificates('system');
  } catch {
    return [];
  }
}
