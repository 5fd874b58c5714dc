import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as tls from 'node:tls';
import type { Trust } from '../../connection/server.ts';

export function stationEnvironment(url: string, key: string): Record<string, string> {
  const noProxy = [process.env['NO_PROXY'] ?? process.env['no_proxy'], '127.0.0.1', 'localhost'];
  const direct = noProxy.filter((each) => each !== undefined && each !== '').join(',');
  return {
    TOFUPILOT_URL: url,
    TOFUPILOT_API_KEY: key,
    STATION_API_KEY: key, // no client reads it, but the scripts in TofuPilot's documentation name it
    DISABLE_TELEMETRY: 'true', // the client's own exception reports; they also delay its exit by a second offline
    NO_PROXY: direct,
    no_proxy: direct,
    PYTHONUNBUFFERED: '1',
    PYTHONIOENCODING: 'utf-8',
  };
}

/** Returns an address that the runner answers itself and an invalid key, so that no script of a dry run can push. */
export const dryEnvironment = (): Record<string, string> =>
  stationEnvironment('http://dry-run.invalid', 'no-key-in-a-dry-run');

/**
 * Copies `sitecustomize.py`, which Python loads at its start in station terminals and in child processes of scripts,
 * into a folder outside of the extension: Python writes bytecode beside it, and a terminal outlives an update of the
 * extension.
 * @returns the folder, for PYTHONPATH
 */
export async function startupModules(runner: string, storage: string): Promise<string> {
  const folder = join(storage, 'startup');
  const file = join(folder, 'sitecustomize.py');
  await replaceFile(file, await readFile(join(dirname(runner), 'startup', 'sitecustomize.py')));
  return folder;
}

/**
 * Returns the variables that make a script's client trust its server. Python takes one file in place of its own list, so
 * the file also has the public authorities, those of this computer, and those of the user's own `SSL_CERT_FILE`.
 * @param folder where the file is written
 * @param trust undefined when the server's certificate needs none
 */
export async function trustEnvironment(folder: string, trust: Trust | undefined): Promise<Record<string, string>> {
  if (trust === undefined) return {};
  const all = [...new Set([await readFile(trust.file, 'utf8'), ...(await otherCertificates())])].join('\n');
  // Named by its content: another window may run scripts for another server.
  const file = join(folder, `trusted-${createHash('sha256').update(all).digest('hex').slice(0, 16)}.pem`);
  await replaceFile(file, all);
  if (trust.of === 'streams') return { SSL_CERT_FILE: file };
  return { REQUESTS_CA_BUNDLE: file, SSL_CERT_FILE: file }; // requests, used by v1; httpx, used by v2
}

/** Other runs and windows write the same file, and a Python that starts at the same time must read a complete one. */
async function replaceFile(file: string, content: string | Uint8Array): Promise<void> {
  const part = `${file}.${randomUUID()}.part`;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(part, content);
  await rename(part, file);
}

async function otherCertificates(): Promise<string[]> {
  const own = process.env['SSL_CERT_FILE'];
  const users = own === undefined ? '' : await readFile(own, 'utf8').catch(() => ''); // Python ignores a missing file too
  return [users, ...tls.rootCertificates, ...systemCertificates()];
}

function systemCertificates(): string[] {
  try {
    return tls.getCACertificates('system');
  } catch {
    return []; // this Node cannot read them
  }
}
