import { createHash } from 'node:crypto';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { testFileKind } from '../../shared/script/testFiles.ts';

const maxFiles = 2_000;
const maxBytes = 50_000_000;
const ignored = new Set(['node_modules', 'site-packages', '.git', '__pycache__']);

export interface Fingerprint {
  readonly hash: string;
  /** False if there are too many files to compare: the hash is of the script alone then. */
  readonly isComplete: boolean;
}

/**
 * Returns a hash that changes with each file of tests in the folder, which a script may import, except installed packages.
 * @param more what else decides what the script does, such as its arguments
 */
export async function fingerprintOf(script: string, folder: string, more: readonly unknown[]): Promise<Fingerprint> {
  const files = await sourceFiles(folder);
  const hash = createHash('sha256').update(JSON.stringify(more));
  let bytes = 0;
  for (const file of [script, ...(files ?? [])]) {
    const content = await readFile(file);
    bytes += content.length;
    if (bytes > maxBytes) return fingerprintOfScript(script, more);
    hash.update(`\n${file}\n${content.length}\n`).update(content);
  }
  return { hash: hash.digest('hex'), isComplete: files !== null };
}

async function fingerprintOfScript(script: string, more: readonly unknown[]): Promise<Fingerprint> {
  const hash = createHash('sha256').update(JSON.stringify(more));
  return { hash: hash.update(await readFile(script)).digest('hex'), isComplete: false };
}

async function sourceFiles(top: string): Promise<string[] | null> {
  const found: string[] = [];
  const seen = new Set<string>();
  const folders = [top];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const real = await realpath(folder);
    if (seen.has(real)) continue;
    seen.add(real);
    const entries = await readdir(folder, { withFileTypes: true });
    for (const entry of entries) {
      const path = join(folder, entry.name);
      const kind = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry;
      if (kind?.isDirectory() === true && !ignored.has(entry.name)) folders.push(path);
      else if (kind?.isFile() === true && isSource(entry.name)) found.push(path);
      if (found.length > maxFiles || seen.size + folders.length > 10 * maxFiles) return null;
    }
  }
  return found.sort();
}

const isSource = (name: string): boolean => testFileKind(name) !== undefined || /\.pyw$/i.test(name);
