import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { codeServer, leavings, vsix } from './places.ts';

/**
 * Copies the installed extension of `vsix()` to `folder`, the extensions folder of a code-server.
 * @param others files of further extensions
 */
export async function installExtension(folder: string, others: readonly string[] = []): Promise<void> {
  const file = vsix();
  const content = createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
  const template = join(leavings, 'e2e', `extensions-${content.slice(0, 12)}`);
  if (!existsSync(template)) await unpack(file, template);
  await rm(folder, { recursive: true, force: true });
  await cp(template, folder, { recursive: true });
  for (const other of others) await install(other, folder);
}

/**
 * Lets code-server install the file once; the folder gets its name only when it is complete. Two halves of the tests may do
 * so at once: the second finds it there.
 */
async function unpack(file: string, template: string): Promise<void> {
  const parent = join(leavings, 'e2e');
  await mkdir(parent, { recursive: true });
  for (const old of await readdir(parent))
    if (old.startsWith('extensions-') && join(parent, old) !== template)
      await rm(join(parent, old), { recursive: true, force: true });
  const work = await mkdtemp(join(parent, 'install-'));
  await install(file, join(work, 'extensions'));
  await rename(join(work, 'extensions'), template).catch((error: unknown) => {
    if (!existsSync(template)) throw error;
  });
  await rm(work, { recursive: true, force: true });
}

/** Has code-server install the file of an extension. */
async function install(file: string, extensions: string): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'ts-install-'));
  const { node, entry } = codeServer();
  await promisify(execFile)(
    node,
    [
      ...[entry, '--config', join(work, 'config.yaml'), '--user-data-dir', join(work, 'data')],
      ...['--extensions-dir', extensions, '--install-extension', file, '--force'],
    ],
    { env: { ...process.env, EXTENSIONS_GALLERY: '{}', HOME: work, XDG_CONFIG_HOME: work, XDG_DATA_HOME: work } },
  );
  await rm(work, { recursive: true, force: true });
}
