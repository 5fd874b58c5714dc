import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

/** Packs the extension whose sources are in a folder. @returns `file` */
export function packExtension(source: string, file: string): string {
  const vsce = createRequire(import.meta.url).resolve('@vscode/vsce/vsce');
  const options = ['--no-dependencies', '--allow-missing-repository', '--skip-license', '--out', file];
  const { status, stderr } = spawnSync(process.execPath, [vsce, 'package', ...options], { cwd: source });
  if (status !== 0) throw new Error(`The extension in ${source} was not packed: ${stderr.toString()}`);
  return file;
}
